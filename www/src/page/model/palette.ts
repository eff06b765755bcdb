import { type Colour, channelColours, colourScales } from '../../anolis/public/index.js';

const background: Colour = [128, 128, 128];

/** The colour of a class id; 0 is background. */
export function colourOf(classId: number): Colour {
  return classId === 0 ? background : (channelColours[(classId - 1) % channelColours.length] as Colour);
}

/** The same for CSS. */
export function cssColourOf(classId: number): string {
  return `rgb(${colourOf(classId).join(' ')})`;
}

/** The same with its share of opacity, as canvases keep pixels. */
export function packedColourOf(classId: number, alpha: number): number {
  return pack(colourOf(classId), alpha);
}

/** The colour of a value from 0 to 1 for CSS. */
export function cssColourOfValue(value: number): string {
  const colour = colourScales.values[Math.round(255 * Math.min(1, Math.max(0, value)))] as number;
  return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
}

/** A colour as canvases keep pixels: red, green, blue, alpha in memory, which every platform of today reads from the low end. */
export function pack([red, green, blue]: Colour, alpha: number): number {
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}
