import type { Found } from '../../public/prediction.js';

/** Keypoints whose heat is less are anywhere. */
const LEAST_SCORE = 0.05;
/** Points that are less sure than this are drawn faintly. */
const SURE_SCORE = 0.2;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** The points of a kind that are sure enough to be shown; scores of a density say how much lies there, not how sure it is. */
export function sureEnough(kind: string, points: readonly Found[]): readonly Found[] {
  return kind === 'keypoints' ? points.filter(({ score }) => score >= LEAST_SCORE) : points;
}

/** Draws rings in the colours of their channels, with a dark edge that is seen on any ground. */
export function drawPoints(
  context: Context,
  kind: string,
  points: readonly Found[],
  { colours, radius, opacity }: { colours: Uint32Array; radius: number; opacity: number },
): void {
  for (const { x, y, score, channel } of sureEnough(kind, points)) {
    context.globalAlpha = opacity * (kind === 'keypoints' && score < SURE_SCORE ? 0.5 : 1);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = '#000';
    context.lineWidth = radius * 0.9;
    context.stroke();
    const colour = colours[channel] ?? 0;
    context.strokeStyle = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
    context.lineWidth = radius * 0.5;
    context.stroke();
  }
  context.globalAlpha = 1;
}
