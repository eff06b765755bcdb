import type { Picture } from './picture.js';
import type { Session, SessionEvent } from './session.js';

/** Long enough to bundle what belongs together, short enough to lose nothing. */
const DELAY = 400;

/** Whether what is on the screen is kept. */
export type SaveState = 'saving' | 'saved' | 'failed';

/** What a session is saved with: it gets the pictures whose labels changed. */
export type Save = (changed: readonly Picture[]) => Promise<void>;

/**
 * Saves at most {@link DELAY} ms after a change, however many more follow; `onState` is told each turn. Answers how to save at
 * once, which rejects when it fails.
 */
export function autosave(
  session: Session,
  save: Save,
  onState: (state: SaveState, reason?: unknown) => void,
): () => Promise<void> {
  const dirty = new Set<Picture>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const saveNow = async () => {
    clearTimeout(timer);
    timer = undefined;
    // What a hand is at is not a step yet, but it may be the last thing before the tab is closed.
    if (session.painting && session.selected) dirty.add(session.selected);
    const pictures = [...dirty];
    dirty.clear();
    try {
      await save(pictures);
      if (timer === undefined) onState('saved');
    } catch (reason) {
      for (const picture of pictures) dirty.add(picture);
      onState('failed', reason);
      throw reason;
    }
  };
  const schedule = () => {
    if (timer !== undefined) return;
    onState('saving');
    // Not put off by the next change: while pictures are encoded, changes never pause.
    timer = setTimeout(() => saveNow().catch(() => {}), DELAY);
  };
  session.addEventListener('change', schedule);
  const note = (event: Event) => {
    const { picture } = event as SessionEvent;
    if (picture && !session.painting) dirty.add(picture);
    schedule();
  };
  session.addEventListener('stroke', note);
  session.addEventListener('paint', note);
  return saveNow;
}
