import { lookOf } from '../internal/overlay/look.js';
import { okabeIto, scales } from '../internal/overlay/palette.js';
import { drawPixels } from '../internal/overlay/pixels.js';
import { sureEnough } from '../internal/overlay/points.js';
import type { Found, Prediction } from './prediction.js';
import type { TiledPrediction } from './tiles.js';

/**
 * How a prediction is drawn over its picture.
 *
 * - `'fill'`, `'contour'`: areas of a mask in the colours of their classes, filled with a firm edge or the edge alone
 * - `'heat'`: one channel of a mask, of keypoints or of a density, from nothing to much
 * - `'colours'`, `'grey'`: one component of a map, from low to high
 * - `'rgb'`: the first three components of a map as red, green and blue
 * - `'points'`: keypoints, or the objects of a density
 * - `'doubt'`: how far each pixel can be trusted
 */
export type OverlayView = 'fill' | 'contour' | 'heat' | 'colours' | 'grey' | 'rgb' | 'points' | 'doubt';

/** A colour as red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Options of {@link drawOverlay} and of `Task.live`. */
export interface OverlayOptions {
  /** By default `'fill'` for masks, `'colours'` for maps and `'points'` for the others. A kind draws only its own views. */
  readonly view?: OverlayView;
  /** Which channel `'heat'`, `'colours'` and `'grey'` show, counted from 0; the first by default. */
  readonly channel?: number;
  /** A colour a channel; {@link channelColours} in turn where there are fewer. */
  readonly colours?: readonly Colour[];
}

/** Colours of channels that everybody tells apart, whatever their colour vision (Okabe and Ito). */
export const channelColours: readonly Colour[] = okabeIto;

/**
 * The colours of values from 0 to 1 in 256 steps, as canvases keep pixels (red in the lowest byte): `values` from low to high,
 * the same in `grey`, `heat` from nothing, which is not seen, to much.
 */
export const colourScales: Readonly<Record<'values' | 'grey' | 'heat', Uint32Array>> = scales;

/**
 * The pixels of a prediction's overlay, transparent where there is nothing to see and everywhere for `'points'`, whose places
 * `Prediction.points` has. Draw it over the picture, as large as that is.
 *
 * @example
 * ```ts
 * const image = drawOverlay(prediction, { view: 'contour' });
 * context.drawImage(await createImageBitmap(image), 0, 0, picture.width, picture.height);
 * ```
 */
export function drawOverlay(prediction: Prediction, options: OverlayOptions = {}): ImageData {
  const image = new ImageData(prediction.width, prediction.height);
  drawPixels(new Uint32Array(image.data.buffer), prediction, lookOf(prediction, options));
  return image;
}

/**
 * The points of a prediction that are sure enough to be drawn: `Prediction.points` without keypoints that may be anywhere.
 *
 * Throws a {@link PredictionError} unless the task is keypoints or a density.
 */
export function shownPoints(prediction: Prediction | TiledPrediction): readonly Found[] {
  return sureEnough(prediction.kind, prediction.points());
}
