import { decode, encode, hasPngSignature } from 'fast-png';
import { messages } from '../messages.js';
import { type RasterLabel, storedOf, valueAt, withComponents } from '../model/label.js';
import { colourOf } from '../model/palette.js';
import { arrangePlanes, emptyMap, NO_VALUE, planeOf, planesOf, UNPAINTED } from '../model/raster.js';
import type { Content, Imported, NamedFile, OpenPicture } from './content.js';
import { distinct, fileSafe, finder, stemOf } from './names.js';
import { FormatError } from './problem.js';
import { sameShape, scaleRaster } from './scale.js';

/** Most pixels of a picture of labels. */
const MOST_PIXELS = 100_000_000;

/** Colour of unknown pixels, as Pascal VOC has it. */
const VOID = [224, 224, 192];

/** A PNG with a palette a picture: 0 background, 1 to n the classes in order, 255 unknown; and what they are called. */
export function writeMasks({ channels, sheets }: Content): NamedFile[] {
  const classes = { name: 'classes.txt', data: `${['background', ...channels].join('\n')}\n` };
  return [...maskFiles('masks', { kind: 'mask', channels, sheets }), classes];
}

/** The masks alone, in a folder. */
export function maskFiles(folder: string, { sheets }: Content): NamedFile[] {
  const palette = Array.from({ length: 256 }, (_, id) => (id === 0 ? [0, 0, 0] : id > 253 ? VOID : [...colourOf(id)]));
  return sheets.flatMap(({ name, label }) => {
    if (!('raster' in label)) return [];
    const { raster, partial } = label;
    const { width, height } = raster;
    const data = Uint8Array.from(raster.data, (id) => (id === UNPAINTED && !partial ? 0 : id));
    const png = encode({ width, height, data, depth: 8, channels: 1, palette });
    return [{ name: `${folder}/${stemOf(name)}.png`, data: png }];
  });
}

/**
 * A 16-bit grey PNG a picture: 0 unknown, otherwise 1 + 65534 times the value. Of several components each has a folder, and
 * `components.txt` their names in order.
 */
export function writeMaps({ channels, sheets }: Content): NamedFile[] {
  const several = channels.length > 1;
  const maps = foldersOf(channels).flatMap((folder, component) =>
    sheets.flatMap(({ name, label }) => {
      if (!('raster' in label)) return [];
      const { width, height, data } = planeOf(label.raster, component);
      const steps = Uint16Array.from(data, (stored) =>
        stored === NO_VALUE ? 0 : Math.round(valueAt(stored) * 65_534) + 1,
      );
      const path = several ? `maps/${folder}/${stemOf(name)}.png` : `maps/${stemOf(name)}.png`;
      return [{ name: path, data: encode({ width, height, data: steps, depth: 16, channels: 1 }) }];
    }),
  );
  return several ? [...maps, { name: COMPONENTS, data: `${channels.join('\n')}\n` }] : maps;
}

/** Where the names of a map's components are, a line each. */
export const COMPONENTS = 'components.txt';

function foldersOf(components: readonly string[]): string[] {
  // A dot would be taken for the beginning of an ending.
  return distinct(components.map((name) => fileSafe(name).replaceAll('.', '_')));
}

/** What masks and maps are read onto: classes, and components of which one is chosen, for maps that say nothing of theirs. */
export interface RasterNames {
  readonly classes: readonly string[];
  readonly components: readonly string[];
  readonly component: number;
}

/**
 * Reads PNGs onto the open pictures of the same names. Of 8 bits: masks, class ids as {@link writeMasks} writes them, or black
 * and white with the only class white. Of 16 bits: maps, of the component that their folder is named after. Throws a
 * {@link FormatError}.
 */
export function readRasters(
  files: readonly NamedFile[],
  pictures: readonly OpenPicture[],
  { classes, components, component }: RasterNames,
): Imported {
  const find = finder(pictures);
  const labels = new Map<OpenPicture, RasterLabel>();
  const channels = [...components];
  const folders = foldersOf(components);
  const problems: string[] = [];
  let most = 0;
  let kind: 'mask' | 'map' | undefined;
  for (const { name, data } of files) {
    const picture = find(name);
    if (!picture) {
      problems.push(messages.exchange.noPicture(name));
      continue;
    }
    const png = read(name, data as Uint8Array);
    const of = png.data instanceof Uint16Array ? 'map' : 'mask';
    kind ??= of;
    if (kind !== of || !sameShape(png, picture)) {
      problems.push(kind === of ? messages.exchange.otherShape(name) : messages.exchange.mixed(name));
      continue;
    }
    if (of === 'map') {
      const read = scaleRaster({ ...png, data: Uint16Array.from(png.data, toStored) }, picture);
      const place = componentOf(name, folders, component);
      channels[place] ??= folders[place] as string;
      const { raster } = labels.get(picture) ?? { raster: emptyMap(picture.width, picture.height) };
      const planes = Math.max(place + 1, planesOf(raster));
      const grown = arrangePlanes(raster, [...Array(planes).keys()]);
      planeOf(grown, place).data.set(read.data);
      labels.set(picture, { raster: grown, partial: false });
      continue;
    }
    const raster = scaleRaster(png, picture);
    for (const id of raster.data) if (id < 254 && id > most) most = id;
    labels.set(picture, { raster, partial: raster.data.includes(UNPAINTED) });
  }
  if (kind === 'map') {
    const whole = [...labels].map(([picture, label]) => [picture, withComponents(label, channels.length)] as const);
    return { kind, channels, labels: new Map(whole), problems };
  }
  const named = Array.from({ length: most }, (_, i) => classes[i] ?? messages.newChannel.mask(i + 1));
  return { kind: kind ?? 'mask', channels: [...named, ...classes.slice(most)], labels, problems };
}

// By the folder: one that is known, or one below that of maps, which is a new component then.
function componentOf(path: string, folders: string[], chosen: number): number {
  const [folder = '', above] = path.split(/[/\\]/).reverse().slice(1);
  const known = folders.indexOf(folder);
  if (known >= 0) return known;
  return above === 'maps' ? folders.push(folder) - 1 : chosen;
}

/** One sample a pixel. */
function read(name: string, bytes: Uint8Array): { width: number; height: number; data: Uint8Array | Uint16Array } {
  const refuse = (sentence: (name: string) => string, cause?: unknown): never => {
    throw new FormatError(sentence(name), { cause });
  };
  if (!hasPngSignature(bytes) || bytes.length < 33) return refuse(messages.exchange.damaged);
  const header = new DataView(bytes.buffer, bytes.byteOffset, 33);
  if (header.getUint32(16) * header.getUint32(20) > MOST_PIXELS) return refuse(messages.exchange.tooLarge);
  try {
    const { width, height, data, depth, channels } = decode(bytes, { checkCrc: true });
    const samples = depth < 8 ? unpack(data as Uint8Array, width, height, depth) : data;
    const first = channels === 1 ? samples : samples.filter((_, at) => at % channels === 0);
    // Colours, and grey as a colour, are read by their red; a palette's colours say nothing.
    const raster = first instanceof Uint16Array ? first : blackAndWhite(Uint8Array.from(first), width * height);
    return { width, height, data: raster };
  } catch (cause) {
    return refuse(messages.exchange.damaged, cause);
  }
}

/** Where there is nothing but 0 and 255, both present, 255 is no doubt but the object. */
function blackAndWhite(data: Uint8Array, size: number): Uint8Array {
  let white = 0;
  for (const id of data) {
    if (id !== 0 && id !== 255) return data;
    if (id === 255) white += 1;
  }
  return white > 0 && white < size ? data.map((id) => (id === 255 ? 1 : 0)) : data;
}

function unpack(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const bit = x * depth;
    return ((data[y * stride + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  });
}

function toStored(step: number): number {
  return step === 0 ? NO_VALUE : storedOf((step - 1) / 65_534);
}
