import { colourScales, drawOverlay, type Prediction, shownPoints } from '../../anolis/public/index.js';
import { traitsOf, type View } from './kinds.js';
import { valueAt } from './label.js';
import { cssColourOf, pack, packedColourOf } from './palette.js';
import type { Picture } from './picture.js';
import { type Box, NO_VALUE, planeOf, type Raster, UNPAINTED } from './raster.js';
import type { Session } from './session.js';

/** Points that are less sure than this are drawn faintly. */
const SURE_SCORE = 0.2;
/** Background that was painted is seen, but less than what it is the background of. */
const BACKGROUND_ALPHA = 120;

/** Draws what was painted, inside `box` only, onto a canvas as large as the raster, as the session wants to see it. */
export function drawRaster(
  context: CanvasRenderingContext2D,
  raster: Raster,
  box: Box,
  { view, activeChannel }: Pick<Session, 'view' | 'activeChannel'>,
): void {
  const width = box.right - box.left;
  const image = context.createImageData(width, box.bottom - box.top);
  const pixels = new Uint32Array(image.data.buffer);
  const colour = raster.data instanceof Uint8Array ? classPainter(raster) : mapPainter(raster, view, activeChannel - 1);
  for (let y = box.top; y < box.bottom; y += 1) {
    for (let x = box.left; x < box.right; x += 1)
      pixels[(y - box.top) * width + x - box.left] = colour(y * raster.width + x);
  }
  context.putImageData(image, box.left, box.top);
}

/** The colour of a pixel, 0 where nothing is painted. */
type Painter = (at: number) => number;

function classPainter({ data }: Raster): Painter {
  const classes = classColours(255, BACKGROUND_ALPHA);
  classes[UNPAINTED] = 0;
  return (at) => classes[data[at] as number] as number;
}

function mapPainter(raster: Raster, view: View, component: number): Painter {
  if (view !== 'rgb') {
    const { data } = planeOf(raster, component);
    return (at) =>
      data[at] === NO_VALUE ? 0 : (colourScales.values[Math.round(255 * valueAt(data[at] as number))] as number);
  }
  const [red, green, blue] = [0, 1, 2].map((place) => planeOf(raster, place).data) as [
    Uint16Array,
    Uint16Array,
    Uint16Array,
  ];
  // A colour of which a part is not known has none of it.
  const part = (stored = NO_VALUE) => (stored === NO_VALUE ? 0 : Math.round(255 * valueAt(stored)));
  return (at) => {
    const nothing = red[at] === NO_VALUE && green[at] === NO_VALUE && blue[at] === NO_VALUE;
    return nothing ? 0 : pack([part(red[at]), part(green[at]), part(blue[at])], 255);
  };
}

/** What a prediction comes to in one number: the share of its picture that is of any class, or how many objects there are. */
export function totalOf(prediction: Prediction): number | undefined {
  if (prediction.kind === 'mask') {
    const mask = prediction.mask();
    return mask.filter((id) => id > 0).length / mask.length;
  }
  if (prediction.kind !== 'density') return undefined;
  return prediction.channels.reduce((sum, _, channel) => sum + prediction.count(channel), 0);
}

/** How far a prediction can be trusted, from 0 to 1; none for kinds whose error has no largest value. */
export function confidenceOf({ kind, imageUncertainty }: Prediction): number | undefined {
  return kind === 'density' ? undefined : 1 - Math.min(1, imageUncertainty);
}

/** Views that show one channel of a prediction. */
const ofOneChannel: ReadonlySet<View> = new Set(['heat', 'colours', 'grey']);

const drawn = new WeakMap<Prediction, { key: string; canvas: OffscreenCanvas }>();

/** A picture's prediction as the session wants to see it. */
export function overlayOf({ prediction }: Picture, session: Session): OffscreenCanvas | undefined {
  if (!prediction || prediction.kind !== session.kind) return undefined;
  const { view } = session;
  const channel = Math.min(prediction.channels.length, Math.max(1, session.activeChannel));
  const key = `${view} ${ofOneChannel.has(view) ? channel : 0}`;
  const known = drawn.get(prediction);
  if (known?.key === key) return known.canvas;
  const canvas = draw(prediction, view, channel - 1);
  drawn.set(prediction, { key, canvas });
  return canvas;
}

/** Draws points onto a canvas over a picture of this width; hollow ones are predicted. */
export function drawPoints(
  context: CanvasRenderingContext2D,
  points: readonly { readonly x: number; readonly y: number; readonly channel: number; readonly score?: number }[],
  { scale, radius, hollow }: { scale: number; radius: number; hollow: boolean },
): void {
  for (const { x, y, channel, score } of points) {
    context.globalAlpha = opacityOf(score);
    context.beginPath();
    context.arc(x * scale, y * scale, radius, 0, 2 * Math.PI);
    context.strokeStyle = '#000';
    context.lineWidth = radius * 0.9;
    context.stroke();
    context.strokeStyle = hollow ? cssColourOf(channel + 1) : '#fff';
    context.lineWidth = radius * 0.5;
    context.stroke();
    if (hollow) continue;
    context.fillStyle = cssColourOf(channel + 1);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** How strongly a point is drawn. */
export function opacityOf(score = 1): number {
  return score < SURE_SCORE ? 0.5 : 1;
}

/** Points that a prediction found and that are sure enough to be shown, in pixels of the picture. */
export function foundPoints({
  prediction,
  width,
}: Picture): { x: number; y: number; channel: number; score: number }[] {
  if (!prediction || traitsOf(prediction.kind as 'mask').form !== 'points') return [];
  const scale = width / prediction.width;
  // Scores of a density say how much lies there, not how sure it is.
  const score = prediction.kind === 'density' ? { score: 1 } : {};
  return shownPoints(prediction).map((point) => ({ ...point, ...score, x: point.x * scale, y: point.y * scale }));
}

function draw(prediction: Prediction, view: View, channel: number): OffscreenCanvas {
  const { width, height } = prediction;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(drawOverlay(prediction, { view, channel }), 0, 0);
  return canvas;
}

function classColours(alpha: number, background: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, id) => packedColourOf(id, id === 0 ? background : alpha));
}
