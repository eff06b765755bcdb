import { describe, expect, it } from 'vitest';
import type { MapValues } from '../../src/anolis/public/index.js';
import { nothingHere, saysSomething, storedOf, toLibrary, valueAt } from '../../src/page/model/label.js';
import { NO_VALUE, UNPAINTED } from '../../src/page/model/raster.js';

const mask = { width: 3, height: 1, data: Uint8Array.of(UNPAINTED, 0, 2) };

describe('toLibrary', () => {
  it('makes unpainted pixels probable background or leaves them unknown', () => {
    expect(toLibrary('mask', { raster: mask, partial: false }, 2)).toMatchObject({ data: Uint8Array.of(254, 0, 2) });
    expect(toLibrary('mask', { raster: mask, partial: true }, 2)).toMatchObject({ data: Uint8Array.of(255, 0, 2) });
  });

  it('gives keypoints in the order of their channels, null where there is none', () => {
    const points = [
      { x: 5, y: 6, channel: 2 },
      { x: 1, y: 2, channel: 0 },
    ];
    expect(toLibrary('keypoints', { points, none: false }, 3)).toEqual({ keypoints: [[1, 2], null, [5, 6]] });
    expect(toLibrary('density', { points, none: false }, 3)).toEqual({
      points: [
        [5, 6, 2],
        [1, 2, 0],
      ],
    });
  });

  it('scales maps and marks what is unknown', () => {
    const raster = { width: 3, height: 1, data: Uint16Array.of(0, 65534, NO_VALUE) };
    const { map } = toLibrary('map', { raster, partial: true }, 1) as MapValues & { map: Float32Array[] };
    expect([...(map[0] ?? [])]).toEqual([0, 1, Number.NaN]);
  });
});

describe('values of maps', () => {
  it('come back as they were stored', () => {
    for (const stored of [0, 1, 32767, 65534, NO_VALUE]) expect(storedOf(valueAt(stored))).toBe(stored);
  });
});

describe('nothingHere', () => {
  it('says something for every kind', () => {
    for (const kind of ['mask', 'keypoints', 'map', 'density', 'tags'] as const)
      expect(saysSomething(nothingHere(kind, { width: 4, height: 4, channels: 1 }))).toBe(true);
  });
});
