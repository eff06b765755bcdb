import { errorOf } from '../public/errors.js';
import type { Notice } from '../public/options.js';
import { isAnimated } from './animation.js';
import type { PostableSource } from './protocol.js';

/** Longest side that is worked on until big pictures are tiled. */
export const LONGEST_SIDE = 2048;
/** Shortest side the network can see anything in. */
export const SHORTEST_SIDE = 16;

/** Pixels ready for the network. */
export interface Decoded {
  readonly pixels: ImageData;
  readonly notices: Notice[];
}

/** Decodes upright, on white, no larger than {@link LONGEST_SIDE}. */
export async function decode(source: PostableSource): Promise<Decoded> {
  const notices: Notice[] = [];
  const bitmap = await toBitmap(source);
  try {
    const size = fitWithin(bitmap.width, bitmap.height, LONGEST_SIDE);
    if (Math.min(size.width, size.height) < SHORTEST_SIDE) throw errorOf('image-too-small');
    if (source instanceof Blob && isAnimated(new Uint8Array(await source.arrayBuffer()))) {
      notices.push({ code: 'first-frame', message: 'This picture moves; its first frame is used.' });
    }
    if (size.width !== bitmap.width) {
      notices.push({
        code: 'image-downscaled',
        message: `Scaled from ${bitmap.width} × ${bitmap.height} to ${size.width} × ${size.height} pixels.`,
      });
    }
    return { pixels: drawOnWhite(bitmap, size), notices };
  } finally {
    bitmap.close();
  }
}

/** The largest size of the same shape whose sides are at most `longest`; never larger than given. */
export function fitWithin(width: number, height: number, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function toBitmap(source: PostableSource): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw errorOf('not-an-image', undefined, { cause });
  }
}

function drawOnWhite(bitmap: ImageBitmap, { width, height }: { width: number; height: number }): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw errorOf('internal');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
