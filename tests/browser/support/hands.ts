import type { CDPSession, Page } from '@playwright/test';

type Place = readonly [x: number, y: number];

/** Fingers and a pen on the screen, whose events come from the browser itself. */
export class Hands {
  readonly #fingers = new Map<number, Place>();

  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<Hands> {
    return new Hands(await page.context().newCDPSession(page));
  }

  /** Puts a finger down, or moves it. */
  async touch(id: number, place: Place): Promise<void> {
    const type = this.#fingers.has(id) ? 'touchMove' : 'touchStart';
    this.#fingers.set(id, place);
    await this.#send(type, this.#fingers);
  }

  /** Lifts a finger. */
  async lift(id: number): Promise<void> {
    const place = this.#fingers.get(id);
    this.#fingers.delete(id);
    // Those that are named are lifted; the last one by naming none.
    await this.#send('touchEnd', this.#fingers.size > 0 && place ? [[id, place]] : []);
  }

  /** Draws with one finger. */
  async stroke(...places: readonly Place[]): Promise<void> {
    for (const place of places) await this.touch(0, place);
    await this.lift(0);
  }

  /** Puts the pen down, moves it while it is down, or lifts it. */
  async pen(type: 'down' | 'move' | 'up', [x, y]: Place): Promise<void> {
    const events = { down: 'mousePressed', move: 'mouseMoved', up: 'mouseReleased' } as const;
    const buttons = type === 'up' ? 0 : 1;
    await this.session.send('Input.dispatchMouseEvent', {
      ...{ type: events[type], pointerType: 'pen', x, y, buttons, button: 'left', clickCount: 1 },
    });
  }

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    fingers: Iterable<readonly [number, Place]>,
  ): Promise<void> {
    const touchPoints = [...fingers].map(([id, [x, y]]) => ({ id, x, y }));
    await this.session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
}
