import { describe, expect, it } from 'vitest';
import { CallQueue, type Lane } from '../../src/anolis/internal/queue.js';

function recorder() {
  const order: string[] = [];
  const queue = new CallQueue(() => Promise.resolve());
  let id = 0;
  const push = (lane: Lane, name: string) => {
    id += 1;
    return queue.push({ id, lane, run: () => void order.push(name) });
  };
  return { order, queue, push };
}

describe('CallQueue', () => {
  it('runs strokes and quick read-outs before pictures and full predictions', async () => {
    const { order, push } = recorder();
    await Promise.all([push('full', 'f'), push('encode', 'e'), push('quick', 'q'), push('stroke', 's')]);
    expect(order).toEqual(['s', 'q', 'e', 'f']);
  });

  it('keeps the order within a lane', async () => {
    const { order, push } = recorder();
    await Promise.all([push('full', '1'), push('full', '2'), push('full', '3')]);
    expect(order).toEqual(['1', '2', '3']);
  });

  it('lets a stroke overtake predictions that wait', async () => {
    const { order, queue, push } = recorder();
    let stroke: Promise<void> | undefined;
    const run = () => {
      stroke = push('stroke', 's');
    };
    const first = queue.push({ id: 99, lane: 'full', run });
    await Promise.all([first, push('full', 'f')]);
    await stroke;
    expect(order).toEqual(['s', 'f']);
  });

  it('runs one call at a time', async () => {
    const queue = new CallQueue(() => Promise.resolve());
    let running = 0;
    let most = 0;
    const run = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
    };
    await Promise.all([1, 2, 3].map((id) => queue.push({ id, lane: 'full', run })));
    expect(most).toBe(1);
  });

  it('rejects a cancelled call without running it', async () => {
    const { order, queue, push } = recorder();
    const cancelled = push('full', 'dropped');
    const kept = push('full', 'kept');
    queue.cancel(1);
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
    await kept;
    expect(order).toEqual(['kept']);
  });

  it('goes on after a call that failed', async () => {
    const { order, queue, push } = recorder();
    const failing = queue.push({
      id: 9,
      lane: 'stroke',
      run: () => {
        throw new Error('no');
      },
    });
    const next = push('full', 'next');
    await expect(failing).rejects.toThrow('no');
    await next;
    expect(order).toEqual(['next']);
  });
});
