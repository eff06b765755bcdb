import { errorOf } from '../public/errors.js';
import type { ImageSource } from '../public/options.js';
import type { PostableSource } from './protocol.js';

/** A copy or reference of `source` that can be posted to a worker, again and again. */
export async function postable(source: ImageSource): Promise<PostableSource> {
  if (source instanceof Blob || source instanceof ImageData) return source;
  try {
    return await createImageBitmap(source);
  } catch (cause) {
    throw errorOf('not-an-image', undefined, { cause });
  }
}
