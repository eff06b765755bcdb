import { describe, expect, it } from 'vitest';
import { PhaseClock } from '../../src/anolis/internal/phase-clock.js';

describe('PhaseClock', () => {
  it('gives every millisecond to the phase that runs', () => {
    let now = 100;
    const clock = new PhaseClock(() => now);
    clock.enter('runtime');
    now = 130;
    clock.enter('runtime');
    now = 150;
    clock.enter('weights');
    now = 157;
    expect(clock.stop()).toEqual({ runtime: 50, weights: 7, 'self-test': 0 });
  });
});
