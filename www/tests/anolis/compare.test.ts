import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/anolis/internal/live/compare.js';

/** A hundred pixels, of which so many are orange. */
const pixels = (orange: number, strength = 255) =>
  Uint8ClampedArray.from({ length: 400 }, (_, at) => (Math.floor(at / 4) < orange && at % 4 !== 2 ? strength : 0));

describe('verdictOf', () => {
  const plain = pixels(0);

  it('trusts a drawing that shows the overlay, give or take its edge', () => {
    expect(verdictOf(plain, pixels(20), pixels(20))).toBe('same');
    expect(verdictOf(plain, pixels(22), pixels(20))).toBe('same');
  });

  it('does not trust one that shows nothing, or something else', () => {
    expect(verdictOf(plain, plain, pixels(20))).toBe('other');
    expect(verdictOf(plain, pixels(60), pixels(20))).toBe('other');
    expect(verdictOf(plain, pixels(20), plain)).toBe('other');
  });

  it('waits for something to compare', () => {
    expect(verdictOf(plain, plain, plain)).toBe('unknown');
  });
});
