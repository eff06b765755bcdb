import type { Colour, OverlayView } from '../../public/overlay.js';

// Okabe and Ito's colours: told apart with every kind of colour vision.
export const okabeIto: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [204, 121, 167],
  [240, 228, 66],
  [213, 94, 0],
  [0, 114, 178],
];

// Matplotlib's viridis and inferno at equal steps (CC0): even to the eye, also without colour.
const viridis: readonly Colour[] = [
  [68, 1, 84],
  [70, 50, 127],
  [54, 92, 141],
  [39, 127, 142],
  [31, 161, 135],
  [74, 194, 109],
  [159, 218, 58],
  [253, 231, 37],
];
const inferno: readonly Colour[] = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];
const greys: readonly Colour[] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** A scale from 0 to 1 in 256 steps, as canvases keep pixels. */
export const scales = {
  /** Low to high. */
  values: scale(viridis, () => 255),
  grey: scale(greys, () => 255),
  /** Nothing to much; what is nothing is not seen. */
  heat: scale(inferno, (value) => 255 * Math.min(1, 2 * value)),
} as const;

/** The scale of a view; of one that has none, any. */
export function scaleFor(view: OverlayView): Uint32Array {
  if (view === 'colours') return scales.values;
  return view === 'grey' ? scales.grey : scales.heat;
}

function scale(colours: readonly Colour[], alpha: (value: number) => number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, step) => pack(mix(colours, step / 255), Math.round(alpha(step / 255))));
}

/** The colour of a value from 0 to 1 on a scale. */
function mix(colours: readonly Colour[], value: number): Colour {
  const place = Math.min(1, Math.max(0, value)) * (colours.length - 1);
  const low = Math.min(colours.length - 2, Math.floor(place));
  const part = (channel: 0 | 1 | 2) => {
    const [from, to] = [colours[low] as Colour, colours[low + 1] as Colour];
    return Math.round(from[channel] + (place - low) * (to[channel] - from[channel]));
  };
  return [part(0), part(1), part(2)];
}

/** A colour with its share of opacity, as canvases keep pixels; alpha from 0 to 255. */
export function pack([red, green, blue]: Colour, alpha: number): number {
  // Red, green, blue, alpha in memory, which every platform of today reads from the low end.
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}
