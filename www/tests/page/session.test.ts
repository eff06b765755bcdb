import { describe, expect, it } from 'vitest';
import type { Picture } from '../../src/page/model/picture.js';
import { Session } from '../../src/page/model/session.js';

const picture = (id: string): Picture => ({
  id,
  name: id,
  file: new Blob(),
  width: 32,
  height: 32,
  thumb: {} as ImageBitmap,
  painted: false,
  state: 'ready',
  predicted: 'none',
  covered: 0,
});

function painted() {
  const session = new Session();
  session.add([picture('a'), picture('b')]);
  session.beginStroke({ x: 16, y: 16 });
  session.continueStroke({ x: 20, y: 16 });
  session.endStroke();
  return session;
}

describe('Session', () => {
  it('takes strokes back and forth, and shows where', () => {
    const session = painted();
    session.step(1);
    expect(session.undo()).toBe(true);
    expect(session.selected?.id).toBe('a');
    expect(session.selected?.painted).toBe(false);
    session.redo();
    expect(session.selected?.painted).toBe(true);
    expect(session.canRedo).toBe(false);
  });

  it('has nothing to take back on pictures that are gone', () => {
    const session = painted();
    session.remove(session.pictures[0] as Picture);
    expect(session.canUndo).toBe(false);
    expect(session.selected?.id).toBe('b');
  });

  it('is unlabelled again when everything is erased', () => {
    const session = painted();
    session.set({ tool: 'eraser', brushSize: 30 });
    session.beginStroke({ x: 18, y: 16 });
    session.endStroke();
    expect(session.pictures[0]?.painted).toBe(false);
  });

  it('paints the chosen class', () => {
    const session = painted();
    session.addClass('rim');
    session.beginStroke({ x: 5, y: 5 });
    session.endStroke();
    expect(session.pictures[0]?.raster?.data[5 * 32 + 5]).toBe(2);
  });

  it('keeps a sensible class when unpainted becomes background', () => {
    const session = painted();
    session.set({ unpaintedIsBackground: false, activeClass: 0 });
    session.set({ unpaintedIsBackground: true });
    expect(session.activeClass).toBe(1);
  });

  it('stops at the first and the last picture', () => {
    const session = painted();
    session.step(-5);
    expect(session.selected?.id).toBe('a');
    session.step(Infinity);
    expect(session.selected?.id).toBe('b');
  });
});
