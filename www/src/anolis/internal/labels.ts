import { errorOf } from '../public/errors.js';
import type { Label } from '../public/options.js';

/** The label as class ids in memory of its own. */
export function classIds(label: Label, width: number, height: number): Uint8Array {
  if (label.width !== width || label.height !== height) {
    throw errorOf(
      'label-size',
      `This label is ${label.width} × ${label.height}; make it ${width} × ${height} like its picture.`,
    );
  }
  const ids = isImageData(label) ? fromAlpha(label.data) : Uint8Array.from(label.data);
  if (ids.length !== width * height) throw errorOf('label-size');
  return ids;
}

function isImageData(label: Label): label is ImageData {
  return typeof ImageData !== 'undefined' && label instanceof ImageData;
}

function fromAlpha(rgba: ArrayLike<number>): Uint8Array {
  const ids = new Uint8Array(rgba.length / 4);
  for (let pixel = 0; pixel < ids.length; pixel += 1) ids[pixel] = (rgba[4 * pixel + 3] ?? 0) > 0 ? 1 : 0;
  return ids;
}
