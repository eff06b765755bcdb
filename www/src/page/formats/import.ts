import { messages } from '../messages.js';
import type { Kind } from '../model/kinds.js';
import { readCoco } from './coco.js';
import type { Imported, NamedFile, OpenPicture } from './content.js';
import { readCsv } from './csv.js';
import { readLabelStudio } from './label-studio.js';
import { baseOf, endingOf } from './names.js';
import { FormatError, parseJson, textOf } from './problem.js';
import { COMPONENTS, readRasters } from './rasters.js';
import { readVoc } from './voc.js';
import { readYolo } from './yolo.js';
import { unzip } from './zip.js';

/** Endings of files that can hold labels. */
const ENDINGS = ['json', 'txt', 'yaml', 'yml', 'xml', 'csv', 'png'];

/** What is worked on: where it matters, files are read as labels of this. */
export interface Wanted {
  readonly kind: Kind;
  readonly channels: readonly string[];
  /** Of maps: names of the components, and the chosen one, counted from 0. */
  readonly components?: readonly string[];
  readonly component?: number;
}

/** Reads labels of whatever format onto open pictures. Throws a {@link FormatError}. */
export function readLabels(given: readonly NamedFile[], pictures: readonly OpenPicture[], wanted: Wanted): Imported {
  const files = given.flatMap((file) => (endingOf(file.name) === 'zip' ? unpacked(file) : [file]));
  const of = (...endings: string[]) => files.filter(({ name }) => endings.includes(endingOf(name)));
  const pointed = wanted.kind === 'keypoints' ? 'keypoints' : 'density';
  const [json] = of('json');
  if (json) {
    const file = { name: json.name, data: textOf(json.data) };
    return Array.isArray(parseJson(file.name, file.data))
      ? readLabelStudio(file, pictures, pointed)
      : readCoco(file, pictures);
  }
  // Masks say more than the boxes beside them.
  const rasters = of('png');
  if (rasters.length > 0) {
    const lines = (...names: string[]) => {
      const file = of('txt').find(({ name }) => names.includes(baseOf(name)));
      return file ? textOf(file.data).trim().split(/\r?\n/) : [];
    };
    const [, ...classes] = lines('classes.txt', 'labelmap.txt');
    const components = lines(COMPONENTS);
    const known = wanted.components ?? [messages.newChannel.map(1)];
    return readRasters(rasters, pictures, {
      classes: classes.length > 0 ? classes : wanted.channels,
      components: components.length > 0 ? components : known,
      component: components.length > 0 ? 0 : (wanted.component ?? 0),
    });
  }
  const xml = of('xml');
  if (xml.length > 0) return readVoc(xml, pictures);
  const csv = of('csv');
  const table = csv.find(({ name }) => baseOf(name) === 'points.csv') ?? csv[0];
  if (table) return readCsv(table, pictures, pointed, wanted.channels);
  const yolo = of('txt', 'yaml', 'yml');
  if (yolo.length > 0) return readYolo(yolo, pictures);
  throw new FormatError(messages.exchange.nothing);
}

function unpacked({ name, data }: NamedFile): NamedFile[] {
  try {
    const wanted = (path: string) => ENDINGS.includes(endingOf(path)) && !path.startsWith('images/');
    return typeof data === 'string' ? [] : unzip(data, wanted);
  } catch (cause) {
    throw new FormatError(messages.exchange.damaged(name), { cause });
  }
}
