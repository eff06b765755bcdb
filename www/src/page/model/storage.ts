import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { isKind, type Kind } from './kinds.js';
import { type AnyLabel, saysSomething } from './label.js';
import { type Picture, readPicture } from './picture.js';
import { type Adapter, newTasks, type Session, type TaskState } from './session.js';

interface Schema extends DBSchema {
  sessions: { key: string; value: SavedSession };
  pictures: { key: string; value: SavedPicture; indexes: { session: string } };
  labels: { key: [string, string]; value: SavedLabel };
  adapters: { key: [string, string]; value: SavedAdapter };
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
  readonly label: AnyLabel;
}

interface SavedAdapter extends Adapter {
  readonly session: string;
  readonly kind: string;
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
  /** What is kept already, by its session: it is too large to be written with every change. */
  readonly #kept = new Map<string, Kept>();

  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(): Promise<Storage> {
    const database = await openDB<Schema>('anolis', 3, {
      async upgrade(upgraded, from, _, transaction) {
        upgraded.createObjectStore('adapters', { keyPath: ['session', 'kind'] });
        if (from === 2) return;
        const former = from === 1 ? await readFormer(transaction as unknown as Former) : undefined;
        for (const name of upgraded.objectStoreNames) if (name !== 'adapters') upgraded.deleteObjectStore(name);
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
      for (const { kind, label } of await this.database.getAll('labels', beginningWith(key)))
        if (isKind(kind) && fits(label, picture)) picture.labels[kind] = label;
      pictures.push(picture);
    }
    const tasks: Record<Kind, TaskState> = { ...newTasks(), ...saved.tasks };
    for (const { kind, bytes, weights } of await this.database.getAll('adapters', beginningWith(id)))
      if (isKind(kind)) tasks[kind] = { ...tasks[kind], adapter: { bytes, weights } };
    this.#kept.set(id, keptOf(pictures, tasks));
    const { name, opacity, unpaintedIsBackground } = saved;
    const selected = pictures.find((picture) => picture.id === saved.selected);
    const kind: Kind = isKind(saved.kind) ? saved.kind : 'mask';
    session.restore({ id, name, kind, tasks, pictures, selected, opacity, unpaintedIsBackground });
    return true;
  }

  /** Forgets a session and everything in it. */
  async remove(id: string): Promise<void> {
    const pictures = await this.database.getAllKeysFromIndex('pictures', 'session', id);
    const transaction = this.database.transaction(stores, 'readwrite');
    void transaction.objectStore('sessions').delete(id);
    void transaction.objectStore('adapters').delete(beginningWith(id));
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
    const { id, name, kind, unpaintedIsBackground, opacity, selected } = session;
    // Every visit begins a session; those that nothing came of are not kept.
    if (session.pictures.length === 0 && !this.#kept.has(id)) return;
    const kept = this.#kept.get(id) ?? keptOf([], {});
    const now = keptOf(session.pictures, session.tasks);
    const fresh = session.pictures.filter((picture) => !kept.pictures.has(picture.id));
    const transaction = this.database.transaction(stores, 'readwrite');
    try {
      for (const picture of kept.pictures) if (!now.pictures.has(picture)) removePicture(transaction, picture);
      for (const { id: key, name: title, file } of fresh)
        void transaction.objectStore('pictures').put({ id: key, session: id, name: title, file });
      for (const picture of new Set([...fresh, ...changed]))
        if (now.pictures.has(picture.id)) putLabels(transaction, picture);
      for (const [of, adapter] of now.adapters)
        if (adapter !== kept.adapters.get(of)) putAdapter(transaction, id, of, adapter);
      const tasks = Object.fromEntries(
        Object.entries(session.tasks).map(([of, { adapter: _, ...state }]) => [of, state]),
      );
      const common = { id, name, changed: Date.now(), kind, tasks, unpaintedIsBackground, opacity };
      const pictures = [...now.pictures];
      void transaction.objectStore('sessions').put({ ...common, selected: selected?.id, pictures });
      // Otherwise the browser waits for this tab before it keeps anything.
      transaction.commit();
    } catch (reason) {
      transaction.abort();
      await transaction.done.catch(() => {});
      throw reason;
    }
    await transaction.done;
    this.#kept.set(id, now);
  }
}

/** What is kept of a session beside its settings and labels. */
interface Kept {
  readonly pictures: ReadonlySet<string>;
  readonly adapters: ReadonlyMap<string, Adapter | undefined>;
}

function keptOf(pictures: readonly Picture[], tasks: Readonly<Record<string, TaskState>>): Kept {
  const adapters = Object.entries(tasks).map(([kind, { adapter }]) => [kind, adapter] as const);
  return { pictures: new Set(pictures.map(({ id }) => id)), adapters: new Map(adapters) };
}

const stores: ('sessions' | 'pictures' | 'labels' | 'adapters')[] = ['sessions', 'pictures', 'labels', 'adapters'];

type Writing = IDBPTransaction<Schema, typeof stores, 'readwrite'>;

function putAdapter(transaction: Writing, session: string, kind: string, adapter: Adapter | undefined): void {
  const store = transaction.objectStore('adapters');
  if (adapter) void store.put({ session, kind, ...adapter });
  else void store.delete([session, kind]);
}

function removePicture(transaction: Writing, picture: string): void {
  void transaction.objectStore('pictures').delete(picture);
  void transaction.objectStore('labels').delete(beginningWith(picture));
}

function putLabels(transaction: Writing, { id, labels }: Picture): void {
  const store = transaction.objectStore('labels');
  void store.delete(beginningWith(id));
  for (const [kind, label] of Object.entries(labels))
    if (saysSomething(label)) void store.put({ picture: id, kind, label });
}

// Arrays come after everything else, so that these are all keys that begin with the id.
function beginningWith(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}

function fits(label: AnyLabel, { width, height }: Picture): boolean {
  return !('raster' in label) || (label.raster.width === width && label.raster.height === height);
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
