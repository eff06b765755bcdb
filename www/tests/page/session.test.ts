import { describe, expect, it } from 'vitest';
import type { RasterLabel } from '../../src/page/model/label.js';
import type { Picture } from '../../src/page/model/picture.js';
import { toFile } from '../../src/page/model/session-file.js';
import { drag, opened } from './support.js';

function painted() {
  const { session, pen } = opened();
  drag(pen, { x: 16, y: 16 }, { x: 20, y: 16 });
  return { session, pen, first: session.pictures[0] as Picture };
}

describe('Session', () => {
  it('takes strokes back and forth, and shows where', () => {
    const { session, first } = painted();
    session.step(1);
    expect(session.undo()).toBe(true);
    expect(session.selected).toBe(first);
    expect(session.isLabelled(first)).toBe(false);
    session.redo();
    expect(session.isLabelled(first)).toBe(true);
    expect(session.canRedo).toBe(false);
  });

  it('brings removed pictures back where they were, with their labels', () => {
    const { session, first } = painted();
    session.remove(first);
    expect(session.selected?.id).toBe('b');
    session.undo();
    expect(session.pictures.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(session.selected).toBe(first);
    expect(session.isLabelled(first)).toBe(true);
  });

  it('keeps what was labelled for other kinds', () => {
    const { session, first } = painted();
    session.setKind('density');
    expect(session.isLabelled(first)).toBe(false);
    expect(session.tool).toBe('point');
    session.setKind('mask');
    expect(session.isLabelled(first)).toBe(true);
  });

  it('takes a class away with its pixels, and back', () => {
    const { session, pen, first } = painted();
    session.addChannel('rim');
    drag(pen, { x: 5, y: 5 });
    session.removeChannel(1);
    const at = (x: number, y: number) => (session.labelOf(first) as RasterLabel).raster.data[y * 32 + x];
    expect(session.channels).toEqual(['rim']);
    expect([at(5, 5), at(16, 16)]).toEqual([1, 255]);
    session.undo();
    expect([at(5, 5), at(16, 16)]).toEqual([2, 1]);
    session.undo();
    expect([at(5, 5), at(16, 16)]).toEqual([255, 1]);
  });

  it('takes names of channels back', () => {
    const { session } = painted();
    session.renameChannel(1, '  cell ');
    expect(session.channels).toEqual(['cell']);
    session.undo();
    expect(session.channels).toEqual(['object']);
  });

  it('replaces labels in a way that can be taken back, with strokes before and after', () => {
    const { session, pen, first } = painted();
    const before = session.labelOf(first) as RasterLabel;
    const data = new Uint8Array(32 * 32).fill(1);
    session.setLabel(first, { raster: { width: 32, height: 32, data }, partial: false });
    session.set({ tool: 'eraser' });
    drag(pen, { x: 16, y: 16 });
    session.undo();
    session.undo();
    expect(session.labelOf(first)).toBe(before);
    session.undo();
    expect(session.isLabelled(first)).toBe(false);
  });

  it('keeps a sensible class when unpainted becomes background', () => {
    const { session } = painted();
    session.setPartial(true);
    session.set({ activeChannel: 0 });
    session.setPartial(false);
    expect(session.activeChannel).toBe(1);
  });

  it('keeps an adapter for each kind, and takes it back', () => {
    const { session } = painted();
    const adapter = { bytes: Uint8Array.of(1), weights: 'hash' };
    session.setAdapter('mask', adapter);
    session.setKind('map');
    expect(session.tasks.map.adapter).toBeUndefined();
    session.setKind('mask');
    session.setAdapter('mask', undefined);
    session.undo();
    expect(session.tasks.mask.adapter).toBe(adapter);
  });

  it('keeps tags through a file', async () => {
    const { session, first } = painted();
    session.setKind('tags');
    session.renameChannel(1, 'red');
    session.addTag(first, 'round');
    session.toggleTag(2);
    const task = toFile(session).tasks.find(({ kind }) => kind === 'tags');
    expect(task?.channels).toEqual(['red', 'round']);
    expect(task?.labels.map(({ label }) => label)).toEqual([{ tags: [], not: ['round'] }]);
  });

  it('stops at the first and the last picture', () => {
    const { session } = painted();
    session.step(-5);
    expect(session.selected?.id).toBe('a');
    session.step(Infinity);
    expect(session.selected?.id).toBe('b');
  });
});
