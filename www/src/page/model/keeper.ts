import { readSession, writeSession } from '../../anolis/public/index.js';
import { autosave, type SaveState } from './autosave.js';
import { Ownership } from './ownership.js';
import type { Session } from './session.js';
import { type SessionInfo, Storage } from './storage.js';

/** Whether what is made is kept, and why not. */
export class SaveEvent extends Event {
  constructor(
    readonly state: SaveState,
    readonly reason?: unknown,
  ) {
    super('save');
  }
}

/** A session that another tab works on. */
export class ElsewhereEvent extends Event {
  constructor(readonly id: string) {
    super('elsewhere');
  }
}

/**
 * Keeps the open session: saves it, puts others in its place, and leaves it to another tab that asks for it. Fires
 * {@link SaveEvent} and {@link ElsewhereEvent}.
 */
export class Keeper extends EventTarget {
  readonly #ownership: Ownership;
  readonly #saveNow: () => Promise<void>;
  #storage: Storage | undefined;
  /** Why the browser keeps nothing. */
  #closed: unknown;
  /** Whether the last attempt to save failed; while the next one is under way nothing is known to be kept. */
  #failed = false;
  /** What was last written to a file, as long as no label was changed since. */
  #filed: Pick<Session, 'pictures' | 'tasks'> | undefined;

  constructor(private readonly session: Session) {
    super();
    const tell = (state: SaveState, reason?: unknown) => {
      if (state !== 'saving') this.#failed = state === 'failed';
      this.dispatchEvent(new SaveEvent(state, reason));
    };
    this.#saveNow = autosave(
      session,
      async (changed) => {
        if (this.#closed) throw this.#closed;
        // What is shown of a session that another tab writes is not to be written over it.
        if (this.#ownership.has(session.id)) await this.#storage?.save(session, changed);
      },
      tell,
    );
    for (const type of ['paint', 'stroke'])
      session.addEventListener(type, () => {
        this.#filed = undefined;
      });
    this.#ownership = new Ownership(this.#saveNow, (id) => {
      if (id === session.id) this.dispatchEvent(new ElsewhereEvent(id));
    });
  }

  /** Comes back to the last session; answers whether there is one. Rejects where the browser keeps nothing. */
  async start(): Promise<boolean> {
    try {
      this.#storage = await Storage.open();
    } catch (reason) {
      this.#closed = reason;
      throw reason;
    }
    // A phone may never wake the tab again.
    for (const [target, type] of [[window, 'pagehide'] as const, [document, 'visibilitychange'] as const])
      target.addEventListener(type, () => void this.#saveNow().catch(() => {}));
    // The browser asks before a tab is closed that has what is nowhere else.
    addEventListener('beforeunload', (event) => this.#failed && event.preventDefault());
    const [last] = await this.list();
    if (last && (await this.#ownership.take(last.id))) return this.#storage.restore(this.session, last.id);
    await this.#ownership.take(this.session.id);
    if (last) this.dispatchEvent(new ElsewhereEvent(last.id));
    return false;
  }

  /** All sessions that have pictures, the last one used first. */
  async list(): Promise<SessionInfo[]> {
    return (await this.#storage?.list()) ?? [];
  }

  /** Puts a kept session in the place of the open one; with `force` it is taken from another tab. Answers whether it could. */
  async open(id: string, force = false): Promise<boolean> {
    await this.#leave();
    if (!(await this.#ownership.take(id, force))) return false;
    return (await this.#storage?.restore(this.session, id)) ?? false;
  }

  /**
   * Puts the session of a file in the place of the open one, which stays in the list; answers what had to be left out. Pictures
   * that the file only refers to are among those `given`. Rejects when the file cannot be used: everything is as it was then.
   */
  async openFile(file: Blob, given: readonly File[] = []): Promise<string[]> {
    const [content, { fromFile }] = await Promise.all([readSession(file), import('./session-file.js')]);
    const { saved, problems } = await fromFile(content, given);
    await this.#leave();
    await this.#ownership.take(saved.id);
    this.session.restore(saved);
    // Listeners are told whether it is kept.
    await this.#saveNow().catch(() => {});
    return problems;
  }

  /** The open session as a file. */
  async toFile(): Promise<Blob> {
    const { toFile } = await import('./session-file.js');
    const { pictures, tasks } = this.session;
    this.#filed = { pictures, tasks };
    return writeSession(toFile(this.session));
  }

  /** Begins another session; the open one stays in the list. */
  async begin(): Promise<void> {
    await this.#leave();
    this.session.startOver();
    await this.#ownership.take(this.session.id);
  }

  async rename(id: string, name: string): Promise<void> {
    if (id === this.session.id) this.session.rename(name);
    else if (!(await this.#ownership.isElsewhere(id))) await this.#storage?.rename(id, name.trim());
  }

  /** Forgets a session; answers whether it could: not while another tab works on it. */
  async remove(id: string): Promise<boolean> {
    if (await this.#ownership.isElsewhere(id)) return false;
    if (id === this.session.id) {
      this.session.startOver();
      await this.#ownership.take(this.session.id);
    }
    await this.#storage?.remove(id);
    return true;
  }

  // What cannot be saved must not be left, unless it is in a file.
  async #leave(): Promise<void> {
    const { pictures, tasks, id } = this.session;
    const isOurs = this.#closed !== undefined || this.#ownership.has(id);
    if (pictures.length === 0 || !isOurs) return;
    const isFiled = this.#filed?.pictures === pictures && this.#filed.tasks === tasks;
    await this.#saveNow().catch((reason: unknown) => {
      if (!isFiled) throw reason;
    });
  }
}
