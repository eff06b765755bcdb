import type { Session, SessionEvent } from './session.js';
import type { Storage } from './storage.js';

/** Long enough to bundle what belongs together, short enough to lose nothing. */
const DELAY = 400;

/** Saves after each change; `onFailure` is told once. */
export function autosave(session: Session, storage: Storage, onFailure: () => void): void {
  const dirty = new Set<NonNullable<SessionEvent['picture']>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failed = false;

  const save = async () => {
    const pictures = [...dirty];
    dirty.clear();
    try {
      await storage.savePictures(session);
      await storage.saveSettings(session);
      for (const picture of pictures) if (session.pictures.includes(picture)) await storage.saveLabel(picture);
    } catch {
      if (!failed) onFailure();
      failed = true;
    }
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), DELAY);
  };
  session.addEventListener('change', schedule);
  session.addEventListener('stroke', (event) => {
    const { picture } = event as SessionEvent;
    if (picture && !session.painting) dirty.add(picture);
    schedule();
  });
  // A phone may never wake the tab again.
  addEventListener('pagehide', () => void save());
}
