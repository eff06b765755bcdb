import { Pen } from '../../src/page/model/pen.js';
import type { Picture } from '../../src/page/model/picture.js';
import type { Point } from '../../src/page/model/raster.js';
import { Session } from '../../src/page/model/session.js';

/** A picture of 32 by 32 pixels that nothing was done to. */
export function picture(id: string): Picture {
  const state = { labels: {}, state: 'ready', predicted: 'none' } as const;
  return { id, name: id, file: new Blob(), width: 32, height: 32, thumb: {} as ImageBitmap, ...state, labels: {} };
}

/** A session with two pictures, and a pen on it. */
export function opened(): { session: Session; pen: Pen } {
  const session = new Session();
  session.add([picture('a'), picture('b')]);
  return { session, pen: new Pen(session) };
}

/** Presses at the first point, moves along the others and lifts. */
export function drag(pen: Pen, ...points: readonly Point[]): void {
  const [first, ...others] = points;
  if (first) pen.press(first, 3);
  for (const point of others) pen.move(point);
  pen.lift();
}
