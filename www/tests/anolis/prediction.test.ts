import { describe, expect, it } from 'vitest';
import { Prediction } from '../../src/anolis/public/prediction.js';

const predict = (...channels: number[][]) =>
  new Prediction(channels[0]?.length ?? 0, 1, channels.map(String), Float32Array.from(channels.flat()), 1);

describe('Prediction', () => {
  it('takes the likeliest class, and background below one half', () => {
    const prediction = predict([0.9, 0.2, 0.6, 0.5], [0.1, 0.4, 0.7, 0.1]);
    expect([...prediction.mask()]).toEqual([1, 0, 2, 1]);
  });

  it('shows each channel without copying', () => {
    const prediction = predict([0, 1], [0.25, 0.75]);
    expect([...prediction.probability(1)]).toEqual([0.25, 0.75]);
    expect(prediction.probability(0).buffer).toBe(prediction.probability(1).buffer);
  });

  it('refuses channels that do not exist', () => {
    expect(() => predict([0]).probability(1)).toThrow(RangeError);
    expect(() => predict([0]).probability(-1)).toThrow(RangeError);
  });
});
