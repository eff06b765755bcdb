import { errorOf } from '../public/errors.js';
import type { ImageSource, Notice, Pixels } from '../public/options.js';
import { isAnimated } from './animation.js';
import type { PostableSource } from './protocol.js';

/** Longest side that is worked on until big pictures are tiled. */
export const LONGEST_SIDE = 2048;
/** Shortest side the network can see anything in. */
export const SHORTEST_SIDE = 16;

type Size = { readonly width: number; readonly height: number };

/** Pixels ready for the network, opaque, in memory of their own. */
export interface Decoded {
  readonly pixels: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };
  readonly notices: Notice[];
}

/** Decodes upright, on white, no larger than {@link LONGEST_SIDE}. */
export async function decode(source: PostableSource): Promise<Decoded> {
  const bitmap = await toBitmap(source);
  try {
    const { size, notices } = workingSizeOf(bitmap);
    if (source instanceof Blob && isAnimated(new Uint8Array(await source.arrayBuffer()))) {
      notices.push({ code: 'first-frame', message: 'This picture moves; its first frame is used.' });
    }
    return { pixels: drawOnWhite(bitmap, size), notices };
  } finally {
    bitmap.close();
  }
}

/** The size a picture is worked on at, and what to say of it. */
export function workingSizeOf({ width, height }: Size): { size: Size; notices: Notice[] } {
  const size = fitWithin(width, height, LONGEST_SIDE);
  if (Math.min(size.width, size.height) < SHORTEST_SIDE) throw errorOf('image-too-small');
  const message = `Scaled from ${width} × ${height} to ${size.width} × ${size.height} pixels.`;
  return { size, notices: size.width === width ? [] : [{ code: 'image-downscaled', message }] };
}

/** Rejects pixels that are not four bytes each. */
export function checkPixels({ width, height, data }: Pixels): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== 4 * width * height) throw errorOf('image-size');
}

/** The largest size of the same shape whose sides are at most `longest`; never larger than given. */
export function fitWithin(width: number, height: number, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function toBitmap(source: PostableSource): Promise<ImageBitmap> {
  const readable = drawable(source);
  try {
    return await createImageBitmap(readable, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw errorOf('not-an-image', undefined, { cause });
  }
}

/** A picture in a form that the browser draws. */
export function drawable(source: ImageSource): ImageBitmapSource {
  if (!('data' in source) || source instanceof ImageData) return source;
  checkPixels(source);
  return new ImageData(new Uint8ClampedArray(source.data), source.width, source.height);
}

function drawOnWhite(bitmap: ImageBitmap, { width, height }: Size): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw errorOf('internal');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
