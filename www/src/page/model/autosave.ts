import type { Session, SessionEvent } from './session.js';
import type { Storage } from './storage.js';

/** Long enough to bundle what belongs together, short enough to lose nothing. */
const DELAY = 400;

/** Whether what is on the screen is kept. */
export type SaveState = 'saving' | 'saved' | 'failed';

/** Saves at most {@link DELAY} ms after a change, however many more follow; `onState` is told each turn. Answers how to save at once. */
export function autosave(
  session: Session,
  storage: Pick<Storage, 'savePictures' | 'saveSettings' | 'saveLabels'>,
  onState: (state: SaveState) => void,
): () => void {
  const dirty = new Set<NonNullable<SessionEvent['picture']>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Promise<void> = Promise.resolve();

  const save = async () => {
    const pictures = [...dirty];
    dirty.clear();
    try {
      await storage.savePictures(session);
      await storage.saveSettings(session);
      for (const picture of pictures) if (session.pictures.includes(picture)) await storage.saveLabels(picture);
      if (timer === undefined) onState('saved');
    } catch {
      for (const picture of pictures) dirty.add(picture);
      onState('failed');
    }
  };
  const saveNow = () => {
    clearTimeout(timer);
    timer = undefined;
    // One after the other: an older state must not overwrite a newer one.
    last = last.then(save);
  };
  const schedule = () => {
    if (timer !== undefined) return;
    onState('saving');
    // Not put off by the next change: while pictures are encoded, changes never pause.
    timer = setTimeout(saveNow, DELAY);
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
