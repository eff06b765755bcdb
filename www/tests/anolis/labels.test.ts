import { describe, expect, it } from 'vitest';
import { classIds } from '../../src/anolis/internal/labels.js';

describe('classIds', () => {
  it('copies, so that the caller may go on painting', () => {
    const data = Uint8Array.of(0, 1, 2, 255);
    const ids = classIds({ width: 2, height: 2, data }, 2, 2);
    data.fill(9);
    expect([...ids]).toEqual([0, 1, 2, 255]);
  });

  it('says both sizes when they differ', () => {
    const label = { width: 3, height: 1, data: new Uint8Array(3) };
    expect(() => classIds(label, 2, 2)).toThrow(/3 × 1.*2 × 2/);
  });

  it('refuses data of another length', () => {
    expect(() => classIds({ width: 2, height: 2, data: new Uint8Array(3) }, 2, 2)).toThrow(
      expect.objectContaining({ code: 'label-size' }),
    );
  });
});
