import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collector } from '../../src/anolis/internal/predict-tiles.js';
import { Blend, spansOf } from '../../src/anolis/internal/tiles.js';
import type { TaskOptions } from '../../src/anolis/public/options.js';
import type { Found, Prediction } from '../../src/anolis/public/prediction.js';
import { TiledPrediction } from '../../src/anolis/public/tiles.js';
import { random } from './random.js';

const cases = [
  [100, 100, 25],
  [101, 100, 25],
  [1000, 128, 32],
  [997, 64, 0],
  [64, 256, 64],
  [8192, 512, 128],
] as const;

/** Where tiles lie, as the command line's lie too: `[from, to, core from, core to]` each. */
const shared: { side: number; tile: number; overlap: number; spans: number[][] }[] = JSON.parse(
  readFileSync(new URL('../../../tests/tiles/spans.json', import.meta.url), 'utf8'),
);

describe('tiles along a side', () => {
  it.each(shared)('of $side pixels, $tile each, lie where those of the command line lie', (place) => {
    const spans = spansOf(place.side, place.tile, place.overlap);
    expect(spans.map(({ from, to, core }) => [from, to, ...core])).toEqual(place.spans);
  });

  it.each(cases)('of %i pixels, %i each, cover it, overlap by %i and count 1 everywhere', (side, tile, overlap) => {
    const spans = spansOf(side, tile, overlap);
    const sums = new Float32Array(side);
    for (const { from, to, weights } of spans) {
      expect(to - from).toBe(Math.min(side, tile));
      for (const [at, weight] of weights.entries()) sums[from + at] = (sums[from + at] as number) + weight;
    }
    expect(spans[0]?.from).toBe(0);
    expect(spans.at(-1)?.to).toBe(side);
    for (const [i, { from }] of spans.entries())
      if (i > 0) expect((spans[i - 1]?.to ?? 0) - from).toBeGreaterThanOrEqual(overlap);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    const cores = spans.flatMap(({ core }) => core);
    expect([cores[0], cores.at(-1)]).toEqual([0, side]);
    for (let i = 1; i + 1 < cores.length; i += 2) expect(cores[i]).toBe(cores[i + 1]);
  });
});

/** Tells every tile of a picture to `add`, row by row. */
function eachTile(
  [width, height]: readonly [number, number],
  add: (across: ReturnType<typeof spansOf>[number], down: ReturnType<typeof spansOf>[number]) => void,
  finish: (y: number) => void,
): void {
  const [columns, rows] = [spansOf(width, 32, 8), spansOf(height, 32, 8)];
  for (const [place, down] of rows.entries()) {
    for (const across of columns) add(across, down);
    finish(rows[place + 1]?.from ?? height);
  }
}

describe('blending', () => {
  it('gives back what every tile agrees on, each row once', () => {
    const next = random(1);
    const [width, height] = [90, 75];
    const truth = Float32Array.from({ length: 2 * width * height }, () => next());
    const found = new Float32Array(truth.length);
    const seen: number[] = [];
    const blend = new Blend(width, 2, 32, (y, rows) => {
      seen.push(y);
      for (const [channel, row] of rows.entries()) found.set(row, (channel * height + y) * width);
    });
    eachTile(
      [width, height],
      (across, down) => {
        const [w, h] = [across.to - across.from, down.to - down.from];
        const values = Float32Array.from({ length: 2 * w * h }, (_, i) => {
          const [channel, y, x] = [Math.floor(i / (w * h)), Math.floor((i % (w * h)) / w), i % w];
          return truth[(channel * height + down.from + y) * width + across.from + x] as number;
        });
        blend.add(values, across, down);
      },
      (y) => blend.finish(y),
    );
    expect(seen).toEqual(Array.from({ length: height }, (_, y) => y));
    for (const [i, value] of truth.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThan(1e-5);
  });
});

describe('what tiles say together', () => {
  const size = [90, 75] as const;
  /** A task whose tiles see a picture in which every value and every point is known. */
  function together(
    task: Pick<TaskOptions, 'kind' | 'overlap'> & { channels: string[] },
    value: (channel: number, x: number, y: number) => number,
    objects: readonly Found[] = [],
  ): TiledPrediction {
    const options = { overlap: false, images: 1, ...task } as Required<TaskOptions>;
    const answer = collector({ options }, ...size, 32);
    eachTile(
      size,
      (across, down) => {
        const [width, height] = [across.to - across.from, down.to - down.from];
        const plane = (channel: number) =>
          Float32Array.from({ length: width * height }, (_, i) =>
            value(channel, across.from + (i % width), down.from + Math.floor(i / width)),
          );
        const inside = objects
          .map((found) => ({ ...found, x: found.x - across.from, y: found.y - down.from }))
          .filter(({ x, y }) => x >= 0 && y >= 0 && x < width && y < height);
        const tile = { width, height, probability: plane, map: plane, points: () => inside };
        answer.add(tile as unknown as Prediction, across, down);
      },
      (y) => answer.finish(y),
    );
    return new TiledPrediction(...size, options, answer.result());
  }

  it('are the likeliest classes of a mask', () => {
    const mask = together({ kind: 'mask', channels: ['left', 'top'] }, (channel, x, y) =>
      channel === 0 ? Number(x < 40) * 0.6 : Number(y < 20) * 0.9,
    ).mask();
    const at = (x: number, y: number) => mask[y * 90 + x];
    expect([at(10, 50), at(10, 10), at(80, 10), at(80, 70)]).toEqual([1, 2, 2, 0]);
  });

  it('are layers where classes overlap', () => {
    const tiled = together({ kind: 'mask', channels: ['a', 'b'], overlap: true }, (channel) =>
      channel === 0 ? 0.5 : 0.49,
    );
    expect([tiled.mask(0)[5], tiled.mask(1)[5]]).toEqual([1, 0]);
    expect(() => tiled.mask(2)).toThrow(RangeError);
  });

  it('are values of a map', () => {
    const map = together({ kind: 'map', channels: ['depth'] }, (_, x, y) => (x + y) / 200).map();
    expect(map[60 * 90 + 80]).toBeCloseTo(0.7, 5);
  });

  it('count every object once, also where tiles overlap', () => {
    const next = random(3);
    const objects = Array.from({ length: 60 }, () => ({ x: 90 * next(), y: 75 * next(), score: next(), channel: 0 }));
    const tiled = together({ kind: 'density', channels: ['thing'] }, () => 60 / (90 * 75), objects);
    expect(tiled.points()).toHaveLength(60);
    expect(
      tiled
        .points()
        .map(({ x }) => Math.round(x * 1e6))
        .sort(),
    ).toEqual(objects.map(({ x }) => Math.round(x * 1e6)).sort());
    expect(tiled.count()).toBeCloseTo(60, 2);
    expect(() => tiled.mask()).toThrow(expect.objectContaining({ code: 'answer-kind' }));
  });

  it('are the surest keypoint of each name', () => {
    const found = [
      { x: 10, y: 10, score: 0.2, channel: 0 },
      { x: 70, y: 60, score: 0.8, channel: 0 },
      { x: 30, y: 60, score: 0.5, channel: 1 },
    ];
    const points = together({ kind: 'keypoints', channels: ['a', 'b'] }, () => 0, found).points();
    expect(points.map(({ x, channel }) => [Math.round(x), channel])).toEqual([
      [70, 0],
      [30, 1],
    ]);
  });
});
