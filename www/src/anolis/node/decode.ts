import { checkPixels, type Decoded, workingSizeOf } from '../internal/decode.js';
import type { PostableSource } from '../internal/protocol.js';
import { errorOf } from '../public/errors.js';
import type { Pixels } from '../public/options.js';

/** As in a browser, for pixels alone: Node has nothing to decode files with. */
export async function decode(source: PostableSource): Promise<Decoded> {
  if (!('data' in source)) {
    throw errorOf('not-an-image', 'Decode the picture first and give its pixels: { width, height, data }, RGBA.');
  }
  checkPixels(source);
  const { size, notices } = workingSizeOf(source);
  return { pixels: scale(onWhite(source), size), notices };
}

function onWhite({ width, height, data }: Pixels): Decoded['pixels'] {
  const opaque = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255;
    for (let i = at; i < at + 3; i += 1) opaque[i] = 255 + ((data[i] ?? 0) - 255) * alpha;
    opaque[at + 3] = 255;
  }
  return { width, height, data: opaque };
}

/** Each smaller pixel is the mean of the area that it covers. */
function scale(from: Decoded['pixels'], { width, height }: { width: number; height: number }): Decoded['pixels'] {
  if (width === from.width && height === from.height) return from;
  const data = new Uint8ClampedArray(4 * width * height);
  const columns = Array.from({ length: width }, (_, x) => covered(x, from.width / width, from.width));
  for (let y = 0; y < height; y += 1) {
    const rows = covered(y, from.height / height, from.height);
    columns.forEach((column, x) => {
      data.set(mean(from, rows, column), 4 * (y * width + x));
    });
  }
  return { width, height, data };
}

/** Which pixels of a line the pixel at `place` covers, and how much of each. */
function covered(place: number, ratio: number, length: number): (readonly [at: number, weight: number])[] {
  const [from, to] = [place * ratio, Math.min(length, (place + 1) * ratio)];
  const first = Math.floor(from);
  return Array.from({ length: Math.ceil(to) - first }, (_, i) => {
    const at = first + i;
    return [at, Math.min(to, at + 1) - Math.max(from, at)];
  });
}

function mean(from: Decoded['pixels'], rows: ReturnType<typeof covered>, columns: typeof rows): number[] {
  const sum = [0, 0, 0, 0];
  let total = 0;
  for (const [y, tall] of rows) {
    for (const [x, wide] of columns) {
      const weight = tall * wide;
      total += weight;
      for (let i = 0; i < 4; i += 1) sum[i] = (sum[i] ?? 0) + weight * (from.data[4 * (y * from.width + x) + i] ?? 0);
    }
  }
  return sum.map((value) => value / total);
}
