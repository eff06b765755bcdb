import { describe, expect, it } from 'vitest';
import type { TaskOptions } from '../../src/anolis/public/options.js';
import { Prediction } from '../../src/anolis/public/prediction.js';

type Parts = { maps?: number[][]; points?: number[]; counts?: number[] };

/** A prediction one pixel high. */
function predict(task: Partial<TaskOptions>, { maps = [], points = [], counts = [] }: Parts) {
  const channels = Array.from({ length: Math.max(maps.length, counts.length, 1) }, (_, i) => `channel ${i}`);
  const options = { kind: 'mask', channels, overlap: false, images: 1, ...task } as const;
  const answer = {
    maps: Float32Array.from(maps.flat()),
    points: Float32Array.from(points),
    counts: Float32Array.from(counts),
    uncertainty: new Float32Array(maps[0]?.length ?? 0).fill(0.25),
    imageUncertainty: 0.25,
  };
  return new Prediction(maps[0]?.length ?? 0, 1, options, answer, 1);
}

describe('Prediction', () => {
  it('takes the likeliest class, and background below one half', () => {
    const maps = [
      [0.9, 0.2, 0.6, 0.5],
      [0.1, 0.4, 0.7, 0.1],
    ];
    expect([...predict({}, { maps }).mask()]).toEqual([1, 0, 2, 1]);
  });

  it('asks each class on its own where they may overlap', () => {
    const maps = [
      [0.9, 0.2],
      [0.8, 0.7],
    ];
    const prediction = predict({ overlap: true }, { maps });
    expect([0, 1].map((channel) => [...prediction.mask(channel)])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('says how far it can be trusted, whatever the kind', () => {
    for (const kind of ['mask', 'keypoints', 'map', 'density'] as const) {
      const prediction = predict({ kind }, { maps: [[0.9, 0.2]] });
      expect([...prediction.uncertainty()]).toEqual([0.25, 0.25]);
      expect(prediction.imageUncertainty).toBe(0.25);
    }
  });

  it('shows each channel without copying', () => {
    const maps = [
      [0, 1],
      [0.25, 0.75],
    ];
    const prediction = predict({}, { maps });
    expect([...prediction.probability(1)]).toEqual([0.25, 0.75]);
    expect(prediction.probability(0).buffer).toBe(prediction.probability(1).buffer);
    expect([...predict({ kind: 'map' }, { maps }).map(1)]).toEqual([0.25, 0.75]);
  });

  it('names points by their channel', () => {
    const prediction = predict({ kind: 'keypoints' }, { points: [0, 1.5, 2, 0.5, 1, 7, 8.25, 0.75] });
    expect(prediction.points()).toEqual([
      { x: 1.5, y: 2, score: 0.5, channel: 0 },
      { x: 7, y: 8.25, score: 0.75, channel: 1 },
    ]);
  });

  it('counts each channel', () => {
    const prediction = predict({ kind: 'density' }, { counts: [3.5, 0] });
    expect([prediction.count(), prediction.count(1)]).toEqual([3.5, 0]);
  });

  it('refuses channels that do not exist', () => {
    expect(() => predict({}, { maps: [[0]] }).probability(1)).toThrow(RangeError);
    expect(() => predict({}, { maps: [[0]] }).probability(-1)).toThrow(RangeError);
    expect(() => predict({ kind: 'density' }, { counts: [1] }).count(1)).toThrow(RangeError);
  });

  it.each([
    ['mask', ['map', 'points', 'count']],
    ['keypoints', ['mask', 'map', 'count']],
    ['map', ['mask', 'probability', 'points', 'count']],
    ['density', ['mask', 'probability']],
  ] as const)('refuses what a %s does not answer', (kind, answers) => {
    const prediction = predict({ kind }, { maps: [[0]], counts: [0] });
    for (const answer of answers) {
      expect(() => prediction[answer](0)).toThrow(expect.objectContaining({ code: 'answer-kind' }));
    }
  });
});
