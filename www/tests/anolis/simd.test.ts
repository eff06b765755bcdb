import { expect, it } from 'vitest';
import { hasSimd } from '../../src/anolis/internal/simd.js';

it('finds the SIMD that every supported Node has', () => {
  expect(hasSimd()).toBe(true);
});
