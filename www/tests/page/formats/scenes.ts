import type { Content, NamedFile, Sheet } from '../../../src/page/formats/content.js';
import type { Kind } from '../../../src/page/model/kinds.js';
import { random } from '../../anolis/random.js';

export const size = { width: 37, height: 29 };
export const channels = ['class 1', 'class 2', 'class 3'];

/** Blobs of three classes, with holes, touching corners and specks, in two pictures. */
export function masks(seed = 1): Content {
  return content(
    'mask',
    ['one ü.jpg', 'two.png'].map((name, place) => ({ ...sheet(name), label: mask(seed + place) })),
  );
}

/** Class ids of a picture as rows. */
export function rows({ label }: Sheet): number[][] {
  const { width, height } = size;
  const data = 'raster' in label ? label.raster.data : new Uint8Array();
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
}

/** Points of two channels of three. */
export function points(kind: 'keypoints' | 'density'): Content {
  const found = [
    { x: 3.25, y: 4.5, channel: 0 },
    { x: 30, y: 20.125, channel: 2 },
  ];
  const more = kind === 'density' ? [...found, { x: 8, y: 9, channel: 0 }] : found;
  return content(kind, [
    { ...sheet('one.png'), label: { points: more, none: false } },
    { ...sheet('two.png'), label: { points: [], none: true } },
  ]);
}

export function content(kind: Kind, sheets: Sheet[]): Content {
  return { kind, channels, sheets };
}

export function sheet(name: string): Omit<Sheet, 'label'> {
  return { name, ...size, source: 'label' };
}

/** A file of text. */
export function text(name: string, data: string): NamedFile {
  return { name, data };
}

function mask(seed: number): Sheet['label'] {
  const next = random(seed);
  const data = new Uint8Array(size.width * size.height);
  for (let blob = 0; blob < 9; blob += 1) {
    const [x, y, radius] = [next() * size.width, next() * size.height, 2 + next() * 7];
    const id = blob % 4;
    for (let at = 0; at < data.length; at += 1)
      if (Math.hypot((at % size.width) - x, Math.floor(at / size.width) - y) < radius) data[at] = id;
  }
  // Specks: they touch at corners, and are holes where they are background.
  for (let speck = 0; speck < 40; speck += 1) data[Math.floor(next() * data.length)] = Math.floor(next() * 4);
  return { raster: { ...size, data }, partial: false };
}
