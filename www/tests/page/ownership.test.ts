import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ownership } from '../../src/page/model/ownership.js';

/** Locks that all tabs of a browser share. */
class Locks {
  readonly #held = new Map<string, { end: (reason: unknown) => void; done: Promise<unknown> }>();

  request = async (name: string, options: LockOptions, act: (lock: Lock | null) => unknown): Promise<unknown> => {
    const holder = this.#held.get(name);
    if (holder && options.ifAvailable) return act(null);
    if (holder && options.steal) holder.end(new DOMException('stolen', 'AbortError'));
    else if (holder) await Promise.race([holder.done, rejected(options.signal)]);
    return new Promise((resolve, end) => {
      const done = Promise.resolve(act({ name, mode: 'exclusive' }));
      const mine = { end, done };
      this.#held.set(name, mine);
      void done.then(() => {
        if (this.#held.get(name) === mine) this.#held.delete(name);
        resolve(undefined);
      });
    });
  };

  query = async () => ({ held: [...this.#held.keys()].map((name) => ({ name })) });
}

function rejected(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

const open: Ownership[] = [];
function tab(locks: Locks, beforeLoss: () => Promise<void> = async () => {}) {
  const lost: string[] = [];
  const ownership = new Ownership(beforeLoss, (id) => lost.push(id), locks as unknown as LockManager);
  open.push(ownership);
  return { ownership, lost };
}
afterEach(() => {
  for (const ownership of open.splice(0)) ownership.close();
});

describe('two tabs', () => {
  it('do not write one session', async () => {
    const locks = new Locks();
    const [one, two] = [tab(locks), tab(locks)];
    expect(await one.ownership.take('a')).toBe(true);
    expect(await two.ownership.take('a')).toBe(false);
    expect(await two.ownership.isElsewhere('a')).toBe(true);
    expect(await one.ownership.isElsewhere('a')).toBe(false);
    expect(await two.ownership.take('b')).toBe(true);
  });

  it('leave a session when they take another', async () => {
    const locks = new Locks();
    const [one, two] = [tab(locks), tab(locks)];
    await one.ownership.take('a');
    await one.ownership.take('b');
    expect(await two.ownership.take('a')).toBe(true);
    expect(one.lost).toEqual([]);
  });

  it('save before they give a session away', async () => {
    const locks = new Locks();
    const order: string[] = [];
    const one = tab(locks, async () => void order.push('saved'));
    const two = tab(locks);
    await one.ownership.take('a');
    expect(await two.ownership.take('a', true)).toBe(true);
    order.push('taken');
    expect(order).toEqual(['saved', 'taken']);
    expect(one.lost).toEqual(['a']);
    expect(one.ownership.has('a')).toBe(false);
  });

  it('give a session away that cannot be saved', async () => {
    const locks = new Locks();
    const one = tab(locks, () => Promise.reject(new Error('quota')));
    const two = tab(locks);
    await one.ownership.take('a');
    expect(await two.ownership.take('a', true)).toBe(true);
    expect(one.lost).toEqual(['a']);
  });

  it('take a session from one that is frozen', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const locks = new Locks();
    const one = tab(locks, () => new Promise(() => {}));
    const two = tab(locks);
    await one.ownership.take('a');
    vi.spyOn(locks, 'request').mockRejectedValueOnce(new DOMException('waited too long', 'TimeoutError'));
    expect(await two.ownership.take('a', true)).toBe(true);
    await vi.waitFor(() => expect(one.lost).toEqual(['a']));
    vi.restoreAllMocks();
  });

  it('both write where the browser has no locks', async () => {
    const ownership = new Ownership(
      async () => {},
      () => {},
      null,
    );
    open.push(ownership);
    expect(await ownership.take('a')).toBe(true);
  });
});
