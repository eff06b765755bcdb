import type { LiveRequest } from '../protocol.js';

/** Whether two drawings of a frame show the same; unknown where there is nothing on it to tell by. */
export type Verdict = 'unknown' | 'same' | 'other';

/** Side that drawings are compared at: enough to see areas, too little for edges that differ by a pixel. */
const SIDE = 64;
/** Less overlay than this share of the picture, in full colour, tells nothing. */
const LEAST = 0.002;
/** Share of the overlay that may differ. */
const MOST = 0.35;

/** Compares what a runtime drew with what was drawn by hand. */
export function compare(
  { frame, look }: Pick<LiveRequest, 'frame' | 'look'>,
  drawn: ImageBitmap,
  byHand: ImageBitmap,
): Verdict {
  const [plain, one, other] = [look.picture ? frame : undefined, drawn, byHand].map(pixelsOf) as [
    Pixels,
    Pixels,
    Pixels,
  ];
  return verdictOf(plain, one, other);
}

type Pixels = Uint8ClampedArray;

/** The verdict on two drawings over the same picture, as bytes. */
export function verdictOf(plain: Pixels, drawn: Pixels, byHand: Pixels): Verdict {
  const overlay = distance(plain, byHand);
  const apart = distance(drawn, byHand);
  if (overlay < LEAST && apart < LEAST) return 'unknown';
  return apart <= MOST * overlay ? 'same' : 'other';
}

/** Mean difference, 1 between black and white. */
function distance(one: Pixels, other: Pixels): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] as number)), 0) / (255 * one.length);
}

function pixelsOf(image: CanvasImageSource | undefined): Pixels {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d') as OffscreenCanvasRenderingContext2D;
  if (image) context.drawImage(image, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}
