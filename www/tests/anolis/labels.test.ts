import { describe, expect, it } from 'vitest';
import { postableLabel } from '../../src/anolis/internal/labels.js';
import type { Label } from '../../src/anolis/public/labels.js';

const post = (label: Label) => postableLabel(label, 2, 2);
const numbers = (label: Label) => {
  const posted = post(label);
  return 'data' in posted ? [...posted.data] : [];
};

describe('postableLabel', () => {
  it('copies, so that the caller may go on painting', () => {
    const data = Uint8Array.of(0, 1, 2, 255);
    const posted = post({ width: 2, height: 2, data });
    data.fill(9);
    expect(posted).toEqual({ form: 'classes', width: 2, height: 2, data: Uint8Array.of(0, 1, 2, 255) });
  });

  it('lays layers and components one after another', () => {
    const layers = [Uint8Array.of(0, 1, 0, 1), Uint8Array.of(1, 1, 1, 255)];
    expect(numbers({ width: 2, height: 2, layers })).toEqual([0, 1, 0, 1, 1, 1, 1, 255]);
    const map = Float32Array.of(0, 0.5, 1, Number.NaN);
    expect(numbers({ width: 2, height: 2, map })).toEqual([0, 0.5, 1, Number.NaN]);
    expect(numbers({ width: 2, height: 2, map: [map, map] })).toHaveLength(8);
  });

  it('says which keypoints are visible and which channel an object has', () => {
    expect(numbers({ keypoints: [[1, 2], null] })).toEqual([1, 2, 1, 0, 0, 0]);
    const points = [
      [1, 2],
      [0.5, 1.5, 3],
    ] as const;
    expect(numbers({ points })).toEqual([1, 2, 0, 0.5, 1.5, 3]);
  });

  it('gives marks a size where they have none', () => {
    const marks = [
      {
        class: 1,
        scribble: [
          [0, 0],
          [1, 2],
        ],
      },
      { class: 0, click: [1, 1], radius: 5 },
      {
        class: 2,
        box: [
          [0, 0],
          [2, 1],
        ],
      },
    ] as const;
    expect(post({ marks })).toEqual({
      form: 'marks',
      marks: [
        { class: 1, shape: 'scribble', points: [0, 0, 1, 2], size: 3 },
        { class: 0, shape: 'click', points: [1, 1], size: 5 },
        { class: 2, shape: 'box', points: [0, 0, 2, 1], size: 3 },
      ],
    });
  });

  it('says both sizes when they differ', () => {
    const label = { width: 3, height: 1, data: new Uint8Array(3) };
    expect(() => post(label)).toThrow(/3 × 1.*2 × 2/);
  });

  it.each([
    ['label-size', { width: 2, height: 2, data: new Uint8Array(3) }],
    ['label-size', { width: 2, height: 2, layers: [new Uint8Array(4), new Uint8Array(5)] }],
    ['label-size', { width: 2, height: 2, map: new Float32Array(2) }],
    ['label-value', { marks: [{ class: 1.5, click: [0, 0] }] }],
    ['label-value', { marks: [{ class: 256, click: [0, 0] }] }],
    ['label-channel', { points: [[0, 0, -1]] }],
  ] satisfies [string, Label][])('refuses what WebAssembly would take for something else: %s', (code, label) => {
    expect(() => post(label)).toThrow(expect.objectContaining({ code }));
  });
});
