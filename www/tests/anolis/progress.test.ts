import { describe, expect, it } from 'vitest';
import { ProgressMeter } from '../../src/anolis/internal/progress.js';
import type { Progress } from '../../src/anolis/public/options.js';

describe('ProgressMeter', () => {
  it('never goes back, not even when another backend begins', () => {
    const seen: Progress[] = [];
    const meter = new ProgressMeter((progress) => seen.push(progress));
    meter.report('runtime', 1);
    meter.report('weights', 0.5);
    meter.restart();
    meter.report('runtime', 0);
    meter.report('weights', 1);
    meter.report('self-test', 1);
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });
});
