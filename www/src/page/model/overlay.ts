import type { Prediction } from '../../anolis/public/index.js';
import { type Colour, colourOf } from './palette.js';
import { type Box, type Raster, UNPAINTED } from './raster.js';

/** Draws what was painted, inside `box` only, onto a canvas as large as the raster. */
export function drawRaster(context: CanvasRenderingContext2D, raster: Raster, box: Box): void {
  const width = box.right - box.left;
  const image = context.createImageData(width, box.bottom - box.top);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = colourTable(255);
  for (let y = box.top; y < box.bottom; y += 1) {
    for (let x = box.left; x < box.right; x += 1) {
      const id = raster.data[y * raster.width + x] as number;
      pixels[(y - box.top) * width + x - box.left] = id === UNPAINTED ? 0 : (colours[id] as number);
    }
  }
  context.putImageData(image, box.left, box.top);
}

/** The prediction as colours: filled softly, with a firm line where the class changes. */
export function drawPrediction(prediction: Prediction): { canvas: OffscreenCanvas; covered: number } {
  const { width, height } = prediction;
  const mask = prediction.mask();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const [fills, lines] = [colourTable(150), colourTable(255)];
  let covered = 0;
  for (let at = 0; at < mask.length; at += 1) {
    const id = mask[at] as number;
    if (id === 0) continue;
    covered += 1;
    const table = isBorder(mask, width, height, at) ? lines : fills;
    pixels[at] = table[id] as number;
  }
  context.putImageData(image, 0, 0);
  return { canvas, covered: covered / mask.length };
}

// The edge of the picture is not a border: objects run out of it.
function isBorder(mask: Uint8Array, width: number, height: number, at: number): boolean {
  const [id, x, y] = [mask[at], at % width, Math.floor(at / width)];
  return (
    (x > 0 && mask[at - 1] !== id) ||
    (x < width - 1 && mask[at + 1] !== id) ||
    (y > 0 && mask[at - width] !== id) ||
    (y < height - 1 && mask[at + width] !== id)
  );
}

function colourTable(alpha: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, id) => pack(colourOf(id), alpha));
}

// Canvas pixels are red, green, blue, alpha in memory, which every platform of today reads from the low end.
function pack([red, green, blue]: Colour, alpha: number): number {
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}
