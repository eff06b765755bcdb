import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/anolis/internal/engine.js';
import { lookOf } from '../../src/anolis/internal/overlay/look.js';
import { drawPixels } from '../../src/anolis/internal/overlay/pixels.js';
import type { TaskOptions } from '../../src/anolis/public/options.js';
import type { OverlayOptions } from '../../src/anolis/public/overlay.js';
import { Prediction } from '../../src/anolis/public/prediction.js';

/** Draws maps of `width` pixels a row and answers red, green, blue and opacity of every pixel. */
function draw(
  kind: TaskOptions['kind'],
  width: number,
  maps: number[][],
  options: OverlayOptions = {},
  overlap = false,
) {
  const channels = maps.map((_, channel) => `channel ${channel}`);
  const height = (maps[0] as number[]).length / width;
  const uncertainty = Float32Array.from((maps[0] as number[]).map((value) => value / 2));
  const answer: Answer = {
    maps: Float32Array.from(maps.flat()),
    points: new Float32Array(),
    counts: new Float32Array(),
    uncertainty,
    imageUncertainty: 0,
  };
  const prediction = new Prediction(width, height, { kind, channels, overlap, images: 1 }, answer, 0);
  const pixels = new Uint32Array(width * height);
  drawPixels(pixels, prediction, lookOf(prediction, options));
  return Array.from(pixels, (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24]);
}

const [red, blue] = [
  [200, 10, 20],
  [30, 40, 250],
] as const;
const colours = [red, blue];
// A square of three pixels in a picture of five.
const square = Array.from({ length: 25 }, (_, at) => Number(at % 5 > 0 && at % 5 < 4 && at >= 5 && at < 20));

describe('an overlay', () => {
  it('fills areas softly with a firm edge', () => {
    const pixels = draw('mask', 5, [square], { colours });
    expect(pixels[0]).toEqual([0, 0, 0, 0]);
    expect(pixels[6]).toEqual([...red, 255]);
    expect(pixels[12]?.slice(0, 3)).toEqual(red);
    expect(pixels[12]?.[3]).toBeGreaterThan(0);
    expect(pixels[12]?.[3]).toBeLessThan(255);
  });

  it('draws the edge alone as a contour, and none where the picture ends', () => {
    const pixels = draw('mask', 5, [square], { view: 'contour', colours });
    expect(pixels[6]).toEqual([...red, 255]);
    expect(pixels[12]).toEqual([0, 0, 0, 0]);
    expect(draw('mask', 2, [[1, 1, 1, 1]], { view: 'contour' })).toEqual(Array(4).fill([0, 0, 0, 0]));
  });

  it('gives a pixel to its most probable class, also where classes overlap', () => {
    for (const overlap of [false, true]) {
      const pixels = draw(
        'mask',
        2,
        [
          [0.9, 0.6],
          [0.1, 0.8],
        ],
        { colours },
        overlap,
      );
      expect(pixels).toEqual([
        [...red, 255],
        [...blue, 255],
      ]);
    }
  });

  it('colours channels that were given no colour so that they differ', () => {
    const pixels = draw('mask', 2, [
      [1, 0],
      [0, 1],
    ]);
    expect(pixels[0]).not.toEqual(pixels[1]);
  });

  it('shows nothing of heat where there is none', () => {
    const [none, some, most] = draw('keypoints', 3, [[0, 0.25, 1]], { view: 'heat' });
    expect(none?.[3]).toBe(0);
    expect(some?.[3]).toBeLessThan(255);
    expect(most?.[3]).toBe(255);
  });

  it('shows each component of a map as colours or greys, or three as one colour', () => {
    const maps = [
      [0, 1],
      [1, 0],
      [0.5, 0.5],
    ];
    expect(draw('map', 2, maps, { view: 'grey', channel: 1 })).toEqual([
      [255, 255, 255, 255],
      [0, 0, 0, 255],
    ]);
    expect(draw('map', 2, maps)).toEqual(draw('map', 2, [[0, 1]], { view: 'colours' }));
    expect(draw('map', 2, maps, { view: 'rgb' })).toEqual([
      [0, 255, 128, 255],
      [255, 0, 128, 255],
    ]);
  });

  it('shows doubt from nothing to as good as a guess', () => {
    const [sure, guess] = draw('mask', 2, [[0, 1]], { view: 'doubt' });
    expect(sure?.[3]).toBe(0);
    expect(guess?.[3]).toBe(255);
  });

  it('refuses views and channels that the task has not', () => {
    expect(() => draw('mask', 1, [[1]], { view: 'points' })).toThrow(RangeError);
    expect(() => draw('map', 1, [[1]], { channel: 1 })).toThrow(RangeError);
  });
});
