import { decode, encode, hasPngSignature } from 'fast-png';
import { messages } from '../messages.js';
import { type Label, storedOf, valueAt } from '../model/label.js';
import { colourOf } from '../model/palette.js';
import { NO_VALUE, UNPAINTED } from '../model/raster.js';
import type { Content, Imported, NamedFile, OpenPicture } from './content.js';
import { finder, stemOf } from './names.js';
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

/** A 16-bit grey PNG a picture: 0 unknown, otherwise 1 + 65534 times the value. */
export function writeMaps({ sheets }: Content): NamedFile[] {
  return sheets.flatMap(({ name, label }) => {
    if (!('raster' in label)) return [];
    const { width, height, data } = label.raster;
    const steps = Uint16Array.from(data, (stored) =>
      stored === NO_VALUE ? 0 : Math.round(valueAt(stored) * 65_534) + 1,
    );
    return [{ name: `maps/${stemOf(name)}.png`, data: encode({ width, height, data: steps, depth: 16, channels: 1 }) }];
  });
}

/**
 * Reads PNGs onto the open pictures of the same names. Of 8 bits: masks, class ids as {@link writeMasks} writes them, or black
 * and white with the only class white. Of 16 bits: maps. Throws a {@link FormatError}.
 */
export function readRasters(
  files: readonly NamedFile[],
  pictures: readonly OpenPicture[],
  names: readonly string[],
): Imported {
  const find = finder(pictures);
  const labels = new Map<OpenPicture, Label>();
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
    const raster = scaleRaster(of === 'map' ? { ...png, data: Uint16Array.from(png.data, toStored) } : png, picture);
    if (of === 'mask') for (const id of raster.data) if (id < 254 && id > most) most = id;
    labels.set(picture, { raster, partial: of === 'mask' && raster.data.includes(UNPAINTED) });
  }
  const classes = Array.from({ length: most }, (_, i) => names[i] ?? messages.newChannel.mask(i + 1));
  const channels = kind === 'map' ? names.slice(0, 1) : [...classes, ...names.slice(most)];
  return { kind: kind ?? 'mask', channels, labels, problems };
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
