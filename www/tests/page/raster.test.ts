import { describe, expect, it } from 'vitest';
import {
  copyBox,
  emptyMap,
  emptyRaster,
  fillPolygon,
  isPainted,
  NO_VALUE,
  paintLine,
  pasteBox,
} from '../../src/page/model/raster.js';

describe('paintLine', () => {
  it('paints a disc', () => {
    const raster = emptyRaster(9, 9);
    paintLine(raster, { x: 4.5, y: 4.5 }, { x: 4.5, y: 4.5 }, 2, 1);
    expect(raster.data.filter((id) => id === 1)).toHaveLength(13);
    expect(raster.data[4 * 9 + 4]).toBe(1);
  });

  it('leaves no gaps between far points', () => {
    const raster = emptyRaster(50, 5);
    paintLine(raster, { x: 0, y: 2.5 }, { x: 50, y: 2.5 }, 1, 2);
    expect([...raster.data.subarray(100, 150)].every((id) => id === 2)).toBe(true);
  });

  it('marks something however thin the brush', () => {
    const raster = emptyRaster(4, 4);
    paintLine(raster, { x: 2, y: 2 }, { x: 2, y: 2 }, 0, 1);
    expect(isPainted(raster)).toBe(true);
  });

  it('stays inside, and says so when it missed', () => {
    const raster = emptyRaster(4, 4);
    expect(paintLine(raster, { x: -20, y: 2 }, { x: -20, y: 2 }, 3, 1)).toBeUndefined();
    expect(paintLine(raster, { x: 0, y: 0 }, { x: 0, y: 0 }, 3, 1)).toEqual({ left: 0, top: 0, right: 3, bottom: 3 });
  });
});

describe('boxes', () => {
  it('come back as they were copied', () => {
    const raster = emptyRaster(6, 6);
    const box = { left: 1, top: 2, right: 4, bottom: 5 };
    const before = copyBox(raster, box);
    paintLine(raster, { x: 2.5, y: 3.5 }, { x: 2.5, y: 3.5 }, 1, 1);
    pasteBox(raster, box, before);
    expect(isPainted(raster)).toBe(false);
  });
});

describe('fillPolygon', () => {
  it('fills the pixels whose centres are inside', () => {
    const raster = emptyRaster(6, 6);
    const corners = [
      { x: 1, y: 1 },
      { x: 5, y: 1 },
      { x: 5, y: 4 },
      { x: 1, y: 4 },
    ];
    expect(fillPolygon(raster, corners, 1)).toEqual({ left: 1, top: 1, right: 5, bottom: 4 });
    expect(raster.data.filter((id) => id === 1)).toHaveLength(12);
    expect([...raster.data.subarray(6, 12)]).toEqual([255, 1, 1, 1, 1, 255]);
  });

  it('leaves what is crossed twice', () => {
    const raster = emptyRaster(9, 9);
    const star = [0, 2, 4, 1, 3].map((k) => {
      const angle = (2 * Math.PI * k) / 5 - Math.PI / 2;
      return { x: 4.5 + 4.4 * Math.cos(angle), y: 4.5 + 4.4 * Math.sin(angle) };
    });
    fillPolygon(raster, star, 1);
    expect(raster.data[4 * 9 + 4]).toBe(255);
    expect(raster.data[1 * 9 + 4]).toBe(1);
  });
});

describe('maps', () => {
  it('have a value for what is unpainted', () => {
    const raster = emptyMap(2, 2);
    expect(isPainted(raster)).toBe(false);
    expect([...raster.data]).toEqual(Array(4).fill(NO_VALUE));
    raster.data[1] = 255;
    expect(isPainted(raster)).toBe(true);
  });
});
