import { errorOf } from '../public/errors.js';
import type { ImageSource, ImageSources } from '../public/options.js';
import type { PostableSource } from './protocol.js';

/** Copies or references of one picture or several that can be posted to a worker, again and again. */
export function postable(sources: ImageSources): Promise<PostableSource[]> {
  return Promise.all([sources].flat().map(postableSource));
}

async function postableSource(source: ImageSource): Promise<PostableSource> {
  if (source instanceof Blob || 'data' in source) return source;
  try {
    return await createImageBitmap(source);
  } catch (cause) {
    throw errorOf('not-an-image', undefined, { cause });
  }
}
