import type { OverlayView } from '../../public/overlay.js';
import type { Prediction } from '../../public/prediction.js';
import type { Look } from './look.js';
import { pack, scaleFor } from './palette.js';

/** Opacity of an area between its edges, from 0 to 255. */
const FILLED = 150;

/** Draws a prediction into pixels that are as many and still transparent; points are drawn by `drawPoints`. */
export function drawPixels(pixels: Uint32Array, prediction: Prediction, { view, channel, colours }: Look): void {
  if (view === 'fill' || view === 'contour') drawAreas(pixels, prediction, colours, view === 'fill' ? FILLED : 0);
  else if (view === 'rgb') drawColours(pixels, prediction);
  else if (view !== 'points') drawScale(pixels, ...scaleOf(prediction, view, channel));
}

// Filled softly, with a firm line where the class changes.
function drawAreas(pixels: Uint32Array, prediction: Prediction, colours: Uint32Array, alpha: number): void {
  const { width, height } = prediction;
  const ids = prediction.classes();
  const lines = Uint32Array.of(0, ...colours);
  const fills = lines.map((colour) => (alpha === 0 || colour === 0 ? 0 : ((colour & 0xffffff) | (alpha << 24)) >>> 0));
  for (let at = 0; at < ids.length; at += 1) {
    const id = ids[at] as number;
    if (id > 0) pixels[at] = (isEdge(ids, width, height, at) ? lines : fills)[id] as number;
  }
}

// The edge of the picture is none: objects run out of it.
function isEdge(ids: Uint8Array, width: number, height: number, at: number): boolean {
  const [id, x] = [ids[at], at % width];
  return (
    (x > 0 && ids[at - 1] !== id) ||
    (x < width - 1 && ids[at + 1] !== id) ||
    (at >= width && ids[at - width] !== id) ||
    (at < width * (height - 1) && ids[at + width] !== id)
  );
}

/** Values to draw, the one that is drawn strongest, and the colours. */
function scaleOf(prediction: Prediction, view: OverlayView, channel: number): [Float32Array, number, Uint32Array] {
  const colours = scaleFor(view);
  if (view === 'doubt') {
    const doubt = prediction.uncertainty();
    // Of two classes a coin's throw is wrong half of the time; other kinds have units of their own.
    return [doubt, prediction.kind === 'mask' ? 0.5 : largest(doubt), colours];
  }
  if (prediction.kind === 'map') return [prediction.map(channel), 1, colours];
  if (prediction.kind === 'density') return [prediction.map(channel), largest(prediction.map(channel)), colours];
  return [prediction.probability(channel), 1, colours];
}

// A missing component has none of its colour.
function drawColours(pixels: Uint32Array, prediction: Prediction): void {
  const maps = prediction.channels.slice(0, 3).map((_, component) => prediction.map(component));
  const part = (component: number, at: number) => Math.round(255 * (maps[component]?.[at] ?? 0));
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = pack([part(0, at), part(1, at), part(2, at)], 255);
}

function drawScale(pixels: Uint32Array, values: Float32Array, most: number, colours: Uint32Array): void {
  for (let at = 0; at < pixels.length; at += 1) {
    const step = Math.round((255 * (values[at] as number)) / most);
    pixels[at] = colours[Math.min(255, Math.max(0, step))] as number;
  }
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 1e-6);
}
