import { describe, expect, it, vi } from 'vitest';
import { labelOf } from '../../src/element/given.js';

vi.mock('../../src/anolis/assets/index.js', () => ({
  assets: { runtime: { cpu: {}, relaxed: {}, threads: {}, gpu: {} }, weights: {} },
}));

const size = { width: 20, height: 16 };
const refused = (code: string) => expect.objectContaining({ name: 'LabelError', code });

describe('labels that a host page gives', () => {
  it('marks are painted, the rest is unknown', () => {
    const label = labelOf(
      {
        marks: [
          {
            class: 0,
            box: [
              [0, 0],
              [10, 16],
            ],
          },
          { class: 2, click: [4, 4], radius: 2 },
          {
            class: 1,
            scribble: [
              [12, 8],
              [18, 8],
            ],
            width: 2,
          },
        ],
      },
      'mask',
      2,
      size,
    );
    if (!('raster' in label)) throw new Error('not a raster');
    const at = (x: number, y: number) => label.raster.data[y * size.width + x];
    expect(label.partial).toBe(true);
    expect([at(0, 0), at(4, 4), at(15, 8), at(15, 2)]).toEqual([0, 2, 1, 255]);
  });

  it('points keep their channels', () => {
    expect(labelOf({ points: [[3, 4, 1]] }, 'density', 2, size)).toEqual({
      points: [{ x: 3, y: 4, channel: 1 }],
      none: false,
    });
  });

  it('what does not fit the task or the picture is refused', () => {
    const ids = { width: 4, height: 4, data: new Uint8Array(16) };
    expect(() => labelOf(ids, 'mask', 1, size)).toThrow(refused('label-size'));
    expect(() => labelOf(ids, 'keypoints', 1, size)).toThrow(refused('label-kind'));
    expect(() => labelOf({ ...size, layers: [new Uint8Array(320)] }, 'mask', 1, size)).toThrow(refused('label-kind'));
    expect(() => labelOf({ points: [[1, 1, 5]] }, 'density', 1, size)).toThrow(refused('label-channel'));
    expect(() => labelOf({ marks: [{ class: 3, click: [1, 1] }] }, 'mask', 2, size)).toThrow(refused('label-value'));
    expect(() => labelOf({ ...size, data: new Uint8Array(320).fill(9) }, 'mask', 2, size)).toThrow(
      refused('label-value'),
    );
    expect(() => labelOf({ ...size, data: new Uint8Array(7) }, 'mask', 2, size)).toThrow(refused('label-size'));
    expect(() => labelOf({ ...size, map: new Float32Array(320).fill(2) }, 'map', 1, size)).toThrow(
      refused('label-range'),
    );
    expect(() => labelOf({ ...size, map: new Float32Array(320) }, 'mask', 1, size)).toThrow(refused('label-kind'));
    expect(() => labelOf({ points: [[Number.NaN, 1]] }, 'density', 1, size)).toThrow(refused('label-point'));
  });
});
