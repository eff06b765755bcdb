import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { autosave, type SaveState } from '../../src/page/model/autosave.js';
import type { Picture } from '../../src/page/model/picture.js';
import { Session } from '../../src/page/model/session.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(savePictures = vi.fn(async () => {})) {
  const session = new Session();
  const states: SaveState[] = [];
  const storage = { savePictures, saveSettings: vi.fn(async () => {}), saveLabels: vi.fn(async (_: Picture) => {}) };
  autosave(session, storage, (state) => states.push(state));
  return { session, storage, states };
}

describe('autosave', () => {
  it('saves while changes never pause', async () => {
    const { session, storage } = watched();
    for (let turn = 0; turn < 10; turn += 1) {
      session.touch();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(storage.savePictures).toHaveBeenCalledTimes(2);
  });

  it('bundles what belongs together and says when it is kept', async () => {
    const { session, storage, states } = watched();
    for (let turn = 0; turn < 5; turn += 1) session.touch();
    expect(states).toEqual(['saving']);
    await vi.runAllTimersAsync();
    expect(storage.savePictures).toHaveBeenCalledTimes(1);
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
});
