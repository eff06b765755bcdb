import { describe, expect, it } from 'vitest';
import type { PointsLabel, RasterLabel } from '../../src/page/model/label.js';
import type { Session } from '../../src/page/model/session.js';
import { drag, opened } from './support.js';

const pixel = (session: Session, x: number, y: number) =>
  (session.labelOf(session.selected as never) as RasterLabel).raster.data[y * 32 + x];
const points = (session: Session) => (session.labelOf(session.selected as never) as PointsLabel).points;

describe('the brush', () => {
  it('paints the chosen class', () => {
    const { session, pen } = opened();
    session.addChannel('rim');
    drag(pen, { x: 5, y: 5 });
    expect(pixel(session, 5, 5)).toBe(2);
  });

  it('paints the chosen value into maps', () => {
    const { session, pen } = opened();
    session.setKind('map');
    session.set({ value: 0.5 });
    drag(pen, { x: 5, y: 5 });
    expect(pixel(session, 5, 5)).toBe(32767);
  });

  it('leaves nothing when it is given up', () => {
    const { session, pen } = opened();
    pen.press({ x: 5, y: 5 }, 3);
    pen.cancel();
    expect(session.isLabelled(session.selected as never)).toBe(false);
    expect(session.canUndo).toBe(false);
  });

  it('is told of when it is given up, for others may have looked while it was down', () => {
    const { session, pen } = opened();
    const seen: boolean[] = [];
    session.addEventListener('change', () => seen.push(session.isLabelled(session.selected as never)));
    pen.press({ x: 5, y: 5 }, 3);
    session.touch();
    pen.cancel();
    expect(seen).toEqual([true, false]);
  });
});

describe('the eraser', () => {
  it('leaves the picture unlabelled when it took everything', () => {
    const { session, pen } = opened();
    drag(pen, { x: 16, y: 16 });
    session.set({ tool: 'eraser', brushSize: 30 });
    drag(pen, { x: 16, y: 16 });
    expect(session.isLabelled(session.selected as never)).toBe(false);
  });

  it('takes points away', () => {
    const { session, pen } = opened();
    session.setKind('density');
    drag(pen, { x: 5, y: 5 });
    drag(pen, { x: 15, y: 5 });
    session.set({ tool: 'eraser' });
    drag(pen, { x: 5.5, y: 5 });
    expect(points(session)).toEqual([{ x: 15, y: 5, channel: 0 }]);
    session.undo();
    expect(points(session)).toHaveLength(2);
  });
});

describe('a scribble', () => {
  it('leaves the rest of the picture undecided', () => {
    const { session, pen } = opened();
    session.set({ tool: 'scribble' });
    drag(pen, { x: 5, y: 5 }, { x: 9, y: 5 });
    expect(session.partial).toBe(true);
  });
});

describe('a box', () => {
  it('fills what is between two corners', () => {
    const { session, pen } = opened();
    session.set({ tool: 'box' });
    drag(pen, { x: 20, y: 8 }, { x: 10, y: 4 });
    expect([pixel(session, 10, 4), pixel(session, 19, 7), pixel(session, 20, 8)]).toEqual([1, 1, 255]);
  });
});

describe('a polygon', () => {
  it('is closed at its first corner', () => {
    const { session, pen } = opened();
    session.set({ tool: 'polygon' });
    for (const [x, y] of [
      [2, 2],
      [20, 2],
      [20, 20],
      [3, 3],
    ] as const)
      drag(pen, { x, y });
    expect(pen.draft).toEqual([]);
    expect([pixel(session, 15, 5), pixel(session, 5, 15)]).toEqual([1, 255]);
  });

  it('gives corners back one by one', () => {
    const { session, pen } = opened();
    session.set({ tool: 'polygon' });
    drag(pen, { x: 2, y: 2 });
    drag(pen, { x: 20, y: 2 });
    pen.back();
    expect(pen.draft).toEqual([{ x: 2, y: 2 }]);
    expect(pen.finish()).toBe(false);
  });
});

describe('a polygon that is given up', () => {
  it('loses the corner that is not lifted yet, and then the rest', () => {
    const { session, pen } = opened();
    session.set({ tool: 'polygon' });
    drag(pen, { x: 2, y: 2 });
    pen.press({ x: 20, y: 2 }, 3);
    pen.move({ x: 22, y: 2 });
    expect(pen.cancel()).toBe(true);
    expect(pen.draft).toEqual([{ x: 2, y: 2 }]);
    expect(pen.cancel()).toBe(true);
    expect(pen.draft).toEqual([]);
    expect(pen.cancel()).toBe(false);
  });
});

describe('keypoints', () => {
  it('are set one after the other, each once', () => {
    const { session, pen } = opened();
    session.setKind('keypoints');
    session.addChannel('tail');
    session.set({ activeChannel: 1 });
    drag(pen, { x: 5, y: 5 });
    expect(session.activeChannel).toBe(2);
    drag(pen, { x: 25, y: 25 });
    drag(pen, { x: 15, y: 15 });
    expect(points(session).filter(({ channel }) => channel === 1)).toHaveLength(1);
  });

  it('are moved by dragging, as one step', () => {
    const { session, pen } = opened();
    session.setKind('keypoints');
    drag(pen, { x: 5, y: 5 });
    drag(pen, { x: 6, y: 5 }, { x: 12, y: 9 }, { x: 20, y: 9 });
    expect(points(session)).toEqual([{ x: 20, y: 9, channel: 0 }]);
    session.undo();
    expect(points(session)).toEqual([{ x: 5, y: 5, channel: 0 }]);
  });
});
