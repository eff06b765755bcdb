import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { isKind, type Kind } from './kinds.js';
import { type Label, saysSomething } from './label.js';
import { type Picture, readPicture } from './picture.js';
import { newTasks, type Session, type TaskState } from './session.js';

interface Schema extends DBSchema {
  sessions: { key: string; value: SavedSession };
  pictures: { key: string; value: SavedPicture; indexes: { session: string } };
  labels: { key: [string, string]; value: SavedLabel };
}

interface SavedSession {
  readonly id: string;
  readonly name: string;
  /** When it was saved, in milliseconds since 1970. */
  readonly changed: number;
  readonly kind: string;
  readonly tasks: Readonly<Record<string, TaskState>>;
  readonly unpaintedIsBackground: boolean;
  readonly opacity: number;
  readonly selected: string | undefined;
  /** Ids of the pictures in order. */
  readonly pictures: readonly string[];
}

interface SavedPicture {
  readonly id: string;
  readonly session: string;
  readonly name: string;
  readonly file: Blob;
}

interface SavedLabel {
  readonly picture: string;
  readonly kind: string;
  readonly label: Label;
}

/** What is known of a session without opening it. */
export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly changed: number;
  /** How many pictures it has. */
  readonly pictures: number;
}

/** Keeps sessions in IndexedDB, so that closing the tab loses nothing. */
export class Storage {
  /** Pictures that are kept already, by their session: they are too large to be written again. */
  readonly #kept = new Map<string, ReadonlySet<string>>();

  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(): Promise<Storage> {
    const database = await openDB<Schema>('anolis', 2, {
      async upgrade(upgraded, from, _, transaction) {
        const former = from === 1 ? await readFormer(transaction as unknown as Former) : undefined;
        for (const name of upgraded.objectStoreNames) upgraded.deleteObjectStore(name);
        upgraded.createObjectStore('sessions', { keyPath: 'id' });
        upgraded.createObjectStore('pictures', { keyPath: 'id' }).createIndex('session', 'session');
        upgraded.createObjectStore('labels', { keyPath: ['picture', 'kind'] });
        if (!former) return;
        void transaction.objectStore('sessions').put(former.session);
        for (const picture of former.pictures) void transaction.objectStore('pictures').put(picture);
        for (const label of former.labels) void transaction.objectStore('labels').put(label);
      },
      // Another tab has a newer page: it must not wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new Storage(database);
  }

  /** All sessions that have pictures, the last one used first. */
  async list(): Promise<SessionInfo[]> {
    const all = await this.database.getAll('sessions');
    const known = all.map(({ id, name, changed, pictures }) => ({ id, name, changed, pictures: pictures.length }));
    return known.filter(({ pictures }) => pictures > 0).sort((a, b) => b.changed - a.changed);
  }

  /** Puts a saved session in the place of what `session` holds; answers whether there was any. */
  async restore(session: Session, id: string): Promise<boolean> {
    const saved = await this.database.get('sessions', id);
    if (!saved) return false;
    const pictures: Picture[] = [];
    for (const key of saved.pictures) {
      const found = await this.database.get('pictures', key);
      const picture = found && (await readPicture(key, found.name, found.file).catch(() => undefined));
      if (!picture) continue;
      for (const { kind, label } of await this.database.getAll('labels', ofPicture(key)))
        if (isKind(kind) && fits(label, picture)) picture.labels[kind] = label;
      pictures.push(picture);
    }
    this.#kept.set(id, new Set(pictures.map((picture) => picture.id)));
    const { name, opacity, unpaintedIsBackground } = saved;
    const selected = pictures.find((picture) => picture.id === saved.selected);
    const kind: Kind = isKind(saved.kind) ? saved.kind : 'mask';
    const tasks = { ...newTasks(), ...saved.tasks };
    session.restore({ id, name, kind, tasks, pictures, selected, opacity, unpaintedIsBackground });
    return true;
  }

  /** Forgets a session and everything in it. */
  async remove(id: string): Promise<void> {
    const pictures = await this.database.getAllKeysFromIndex('pictures', 'session', id);
    const transaction = this.database.transaction(['sessions', 'pictures', 'labels'], 'readwrite');
    void transaction.objectStore('sessions').delete(id);
    for (const picture of pictures) removePicture(transaction, picture);
    await transaction.done;
  }

  /** Names a session that is not open. */
  async rename(id: string, name: string): Promise<void> {
    const transaction = this.database.transaction('sessions', 'readwrite');
    const saved = await transaction.store.get(id);
    if (saved) void transaction.store.put({ ...saved, name });
    await transaction.done;
  }

  /**
   * Saves a session: settings, pictures that are new, and labels that were `changed`, all of it or nothing. Everything is
   * asked for before this returns, so that it is done even when the tab is closed meanwhile.
   */
  async save(session: Session, changed: Iterable<Picture>): Promise<void> {
    const { id, name, kind, tasks, unpaintedIsBackground, opacity, selected } = session;
    const kept = this.#kept.get(id) ?? new Set();
    const pictures = session.pictures.map((picture) => picture.id);
    const fresh = session.pictures.filter((picture) => !kept.has(picture.id));
    const transaction = this.database.transaction(['sessions', 'pictures', 'labels'], 'readwrite');
    try {
      for (const picture of kept) if (!pictures.includes(picture)) removePicture(transaction, picture);
      for (const { id: key, name: title, file } of fresh)
        void transaction.objectStore('pictures').put({ id: key, session: id, name: title, file });
      for (const picture of new Set([...fresh, ...changed]))
        if (session.pictures.includes(picture)) putLabels(transaction, picture);
      const common = { id, name, changed: Date.now(), kind, tasks, unpaintedIsBackground, opacity };
      void transaction.objectStore('sessions').put({ ...common, selected: selected?.id, pictures });
      // Otherwise the browser waits for this tab before it keeps anything.
      transaction.commit();
    } catch (reason) {
      transaction.abort();
      await transaction.done.catch(() => {});
      throw reason;
    }
    await transaction.done;
    this.#kept.set(id, new Set(pictures));
  }
}

type Writing = IDBPTransaction<Schema, ('sessions' | 'pictures' | 'labels')[], 'readwrite'>;

function removePicture(transaction: Writing, picture: string): void {
  void transaction.objectStore('pictures').delete(picture);
  void transaction.objectStore('labels').delete(ofPicture(picture));
}

function putLabels(transaction: Writing, { id, labels }: Picture): void {
  const store = transaction.objectStore('labels');
  void store.delete(ofPicture(id));
  for (const [kind, label] of Object.entries(labels))
    if (saysSomething(label)) void store.put({ picture: id, kind, label });
}

// Arrays come after everything else, so that these are all keys that begin with the picture.
function ofPicture(picture: string): IDBKeyRange {
  return IDBKeyRange.bound([picture], [picture, []]);
}

function fits(label: Label, { width, height }: Picture): boolean {
  return 'points' in label || (label.raster.width === width && label.raster.height === height);
}

/** What the first version of the page kept: one session of masks. */
interface Former {
  objectStore(name: 'pictures'): { getAll(): Promise<{ id: string; name: string; file: Blob; place: number }[]> };
  objectStore(name: 'labels'): {
    getAll(): Promise<{ id: string; width: number; height: number; data: Uint8Array }[]>;
  };
  objectStore(name: 'settings'): {
    get(
      key: 'settings',
    ): Promise<{ classes: string[]; unpaintedIsBackground: boolean; opacity: number; selected?: string } | undefined>;
  };
}

async function readFormer(transaction: Former) {
  const pictures = (await transaction.objectStore('pictures').getAll()).sort((a, b) => a.place - b.place);
  const labels = await transaction.objectStore('labels').getAll();
  const settings = await transaction.objectStore('settings').get('settings');
  if (pictures.length === 0) return undefined;
  const id = pictures[0]?.id as string;
  const { classes = ['object'], unpaintedIsBackground = true, opacity = 0.6, selected } = settings ?? {};
  return {
    session: {
      ...{ id, name: '', changed: Date.now(), kind: 'mask', unpaintedIsBackground, opacity, selected },
      tasks: { mask: { channels: classes } },
      pictures: pictures.map((picture) => picture.id),
    },
    pictures: pictures.map(({ id: key, name, file }) => ({ id: key, session: id, name, file })),
    labels: labels.map(({ id: picture, ...raster }) => {
      return { picture, kind: 'mask', label: { raster, partial: !unpaintedIsBackground } };
    }),
  };
}
