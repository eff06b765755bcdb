import { errorOf } from '../public/errors.js';
import type { ClassIds, Label, Layers, MapValues, Mark } from '../public/labels.js';

/** Width of a scribble and radius of a click that say nothing about it. */
const MARK_SIZE = 3;

/** A mark as the engine reads it; `points` are x and y in turn. */
export interface PostableMark {
  readonly class: number;
  readonly shape: 'scribble' | 'box' | 'click';
  readonly points: readonly number[];
  readonly size: number;
}

/** A label in memory of its own, in a form that can be posted. */
export type PostableLabel =
  | { readonly form: 'classes' | 'layers'; readonly data: Uint8Array; readonly width: number; readonly height: number }
  | { readonly form: 'map'; readonly data: Float32Array; readonly width: number; readonly height: number }
  /** Triples: x, y and whether it is visible, or the channel. */
  | { readonly form: 'keypoints' | 'points'; readonly data: Float32Array }
  | { readonly form: 'marks'; readonly marks: readonly PostableMark[] };

/** Copies a label of a picture of this size, so that the caller may go on changing it. */
export function postableLabel(label: Label, width: number, height: number): PostableLabel {
  if ('keypoints' in label) {
    const points = label.keypoints.flatMap((point) => (point ? [point[0], point[1], 1] : [0, 0, 0]));
    return { form: 'keypoints', data: Float32Array.from(points) };
  }
  if ('points' in label) {
    const points = label.points.flatMap(([x, y, channel = 0]) => [x, y, channelIndex(channel)]);
    return { form: 'points', data: Float32Array.from(points) };
  }
  if ('marks' in label) return { form: 'marks', marks: label.marks.map(postableMark) };
  checkSize(label, width, height);
  return { ...raster(label, width * height), width, height };
}

function raster(label: ClassIds | ImageData | Layers | MapValues, size: number) {
  if ('map' in label) {
    const components = label.map instanceof Float32Array ? [label.map] : label.map;
    return { form: 'map', data: joined(components, new Float32Array(components.length * size)) } as const;
  }
  if ('layers' in label) {
    return { form: 'layers', data: joined(label.layers, new Uint8Array(label.layers.length * size)) } as const;
  }
  const ids = isImageData(label) ? fromAlpha(label.data) : label.data;
  return { form: 'classes', data: joined([ids], new Uint8Array(size)) } as const;
}

function joined<A extends Uint8Array | Float32Array>(arrays: readonly ArrayLike<number>[], all: A): A {
  const size = all.length / arrays.length;
  arrays.forEach((array, i) => {
    if (array.length !== size) throw errorOf('label-size', `${array.length} values are not ${size} pixels.`);
    all.set(array, i * size);
  });
  return all;
}

function postableMark(mark: Mark): PostableMark {
  const common = { class: wholeByte(mark.class) };
  if ('scribble' in mark) {
    return { ...common, shape: 'scribble', points: mark.scribble.flat(), size: mark.width ?? MARK_SIZE };
  }
  if ('click' in mark) return { ...common, shape: 'click', points: [...mark.click], size: mark.radius ?? MARK_SIZE };
  return { ...common, shape: 'box', points: mark.box.flat(), size: MARK_SIZE };
}

// WebAssembly would wrap or round what is no such number without a word.
function wholeByte(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 254) return value;
  throw errorOf('label-value', `A mark has class ${value}; use 0 for background and 1 to n for the channels.`);
}

function channelIndex(value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw errorOf('label-channel', `A point has channel ${value}; count channels from 0.`);
}

function checkSize(label: { width: number; height: number }, width: number, height: number): void {
  if (label.width === width && label.height === height) return;
  const given = `This label is ${label.width} × ${label.height}`;
  throw errorOf('label-size', `${given}; make it ${width} × ${height} like its picture.`);
}

function isImageData(label: ClassIds | ImageData): label is ImageData {
  return typeof ImageData !== 'undefined' && label instanceof ImageData;
}

function fromAlpha(rgba: ArrayLike<number>): Uint8Array {
  const ids = new Uint8Array(rgba.length / 4);
  for (let pixel = 0; pixel < ids.length; pixel += 1) ids[pixel] = (rgba[4 * pixel + 3] ?? 0) > 0 ? 1 : 0;
  return ids;
}
