import { expect, it } from 'vitest';
import { hasRelaxedSimd, hasSimd } from '../../src/anolis/internal/simd.js';

it('finds the SIMD that every supported Node has', () => {
  expect(hasSimd()).toBe(true);
});

it('finds relaxed SIMD where V8 has it', () => {
  const [major = 0, minor = 0] = process.versions.v8.split('.').map(Number);
  expect(hasRelaxedSimd()).toBe(major > 11 || (major === 11 && minor >= 4));
});
