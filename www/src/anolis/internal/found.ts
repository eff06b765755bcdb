import type { Found } from '../public/prediction.js';

/** Points as an engine answers them, `[point, 4]`: channel, x, y, score. */
export function foundIn(points: Float32Array): Found[] {
  return Array.from({ length: points.length / 4 }, (_, i) => {
    const [channel = 0, x = 0, y = 0, score = 0] = points.subarray(4 * i, 4 * i + 4);
    return { x, y, score, channel };
  });
}
