import { writeCoco, writeCocoRle } from './coco.js';
import type { Format } from './content.js';
import { writeCsv } from './csv.js';
import { writeLabelStudio } from './label-studio.js';
import { writeMaps, writeMasks } from './rasters.js';
import { writeVoc } from './voc.js';
import { writeYoloBoxes, writeYoloOutlines, writeYoloPose } from './yolo.js';

/** Every format that is written, in the order in which it is offered. */
export const formats = {
  masks: { kinds: ['mask'], write: writeMasks },
  maps: { kinds: ['map'], write: writeMaps },
  csv: { kinds: ['density', 'keypoints', 'mask'], write: writeCsv },
  coco: { kinds: ['mask', 'keypoints', 'density'], write: writeCoco },
  cocoRle: { kinds: ['mask'], write: writeCocoRle },
  yoloOutlines: { kinds: ['mask'], write: writeYoloOutlines },
  yoloBoxes: { kinds: ['mask'], write: writeYoloBoxes },
  yoloPose: { kinds: ['keypoints'], write: writeYoloPose },
  voc: { kinds: ['mask'], write: writeVoc },
  labelStudio: { kinds: ['mask', 'keypoints', 'density'], write: writeLabelStudio },
} as const satisfies Record<string, Format>;

/** Name of a format that is written. */
export type FormatName = keyof typeof formats;

/** Names of the formats that can hold a kind of task. */
export function formatsOf(kind: Format['kinds'][number]): FormatName[] {
  const names = Object.keys(formats) as FormatName[];
  return names.filter((name) => (formats[name].kinds as Format['kinds']).includes(kind));
}
