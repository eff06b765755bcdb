import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { autosave, type SaveState } from '../../src/page/model/autosave.js';
import { nothingHere } from '../../src/page/model/label.js';
import type { Picture } from '../../src/page/model/picture.js';
import { Session } from '../../src/page/model/session.js';
import { picture } from './support.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(save = vi.fn(async (_: readonly Picture[]) => {})) {
  const session = new Session();
  const states: SaveState[] = [];
  const saveNow = autosave(session, save, (state) => states.push(state));
  return { session, save, states, saveNow };
}

describe('autosave', () => {
  it('saves while changes never pause', async () => {
    const { session, save } = watched();
    for (let turn = 0; turn < 10; turn += 1) {
      session.touch();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(save).toHaveBeenCalledTimes(2);
  });

  it('bundles what belongs together and says when it is kept', async () => {
    const { session, save, states } = watched();
    for (let turn = 0; turn < 5; turn += 1) session.touch();
    expect(states).toEqual(['saving']);
    await vi.runAllTimersAsync();
    expect(save).toHaveBeenCalledTimes(1);
    expect(states).toEqual(['saving', 'saved']);
  });

  it('is not saved while newer changes wait', async () => {
    let finish = () => {};
    const slow = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const { session, states } = watched(slow);
    session.touch();
    await vi.advanceTimersByTimeAsync(400);
    session.touch();
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(['saving', 'saving']);
  });

  it('says that saving failed and tries again with the next change', async () => {
    const full = vi.fn(async () => {});
    full.mockRejectedValueOnce(new Error('quota'));
    const { session, states } = watched(full);
    session.touch();
    await vi.runAllTimersAsync();
    session.touch();
    await vi.runAllTimersAsync();
    expect(states).toEqual(['saving', 'failed', 'saving', 'saved']);
  });

  it('gives every label again that was not saved', async () => {
    const full = vi.fn(async (_: readonly Picture[]) => {});
    full.mockRejectedValueOnce(new Error('quota'));
    const { session, save, saveNow } = watched(full);
    const pictures = [picture('a'), picture('b')] as const;
    session.add(pictures);
    session.setLabel(pictures[0], nothingHere('mask', { width: 32, height: 32, channels: 1 }));
    await expect(saveNow()).rejects.toThrow('quota');
    session.setLabel(pictures[1], nothingHere('mask', { width: 32, height: 32, channels: 1 }));
    await vi.runAllTimersAsync();
    expect(save.mock.lastCall?.[0].map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });

  it('saves at once when it is asked to, also what a hand is at', async () => {
    const { session, save, saveNow } = watched();
    const one = picture('a');
    session.add([one]);
    session.work(true, one);
    await saveNow();
    expect(save).toHaveBeenCalledWith([one]);
  });
});
