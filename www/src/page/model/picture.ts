import { ImageError, type Prediction, workingSize } from '../../anolis/public/index.js';
import type { Kind } from './kinds.js';
import type { AnyLabel } from './label.js';

/** Longest side of the copy shown in the grid. */
const THUMB_SIDE = 320;

/** How far the network is with a picture. */
export type PictureState = 'waiting' | 'ready' | 'unusable';

/** Which prediction is shown on a picture. */
export type Predicted = 'none' | 'quick' | 'full';

/** What is predicted of one tag. */
export interface TagPrediction {
  /** From 0 to 1. */
  readonly probability: number;
  readonly present: boolean;
  /** Labelled pictures that say most for (weight above 0) or against it. */
  readonly because: readonly { readonly picture: Picture; readonly weight: number }[];
}

/** A picture of the session. */
export interface Picture {
  readonly id: string;
  readonly name: string;
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
  readonly thumb: ImageBitmap;
  /** What was labelled, for each kind of task. */
  labels: Partial<Record<Kind, AnyLabel>>;
  state: PictureState;
  /** For the session's kind. */
  prediction?: Prediction | undefined;
  /** For a session that predicts tags, in the order of its channels. */
  tags?: readonly TagPrediction[] | undefined;
  predicted: Predicted;
}

/** Reads a file as a picture. Rejects with an {@link ImageError}. */
export async function readPicture(id: string, name: string, file: Blob): Promise<Picture> {
  const full = await decodeUpright(file);
  const { width, height } = workingSize(full.width, full.height);
  full.close();
  if (Math.min(width, height) < 16) throw new ImageError('image-too-small');
  const scale = Math.min(1, THUMB_SIDE / Math.max(width, height));
  const thumb = await createImageBitmap(file, {
    imageOrientation: 'from-image',
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  return { id, name, file, width, height, thumb, labels: {}, state: 'waiting', predicted: 'none' };
}

/** All pixels of a picture, as large as it is worked on. */
export async function readPixels({ file, width, height }: Picture): Promise<ImageBitmap> {
  return createImageBitmap(file, {
    imageOrientation: 'from-image',
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
}

/** Size of a picture's file, upright. */
export async function originalSize({ file, width, height }: Picture): Promise<{ width: number; height: number }> {
  // One that would not be scaled even if it were twice as large was not scaled.
  if (workingSize(2 * width, 2 * height).width === 2 * width) return { width, height };
  const full = await decodeUpright(file);
  const size = { width: full.width, height: full.height };
  full.close();
  return size;
}

async function decodeUpright(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw new ImageError('not-an-image', undefined, { cause });
  }
}
