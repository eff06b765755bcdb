import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { type Picture, readPicture } from './picture.js';
import type { Session } from './session.js';

interface Schema extends DBSchema {
  pictures: { key: string; value: { id: string; name: string; file: Blob; place: number } };
  labels: { key: string; value: { id: string; width: number; height: number; data: Uint8Array } };
  settings: { key: 'settings'; value: Settings };
}

interface Settings {
  readonly classes: readonly string[];
  readonly unpaintedIsBackground: boolean;
  readonly opacity: number;
  readonly selected: string | undefined;
}

/** Keeps the session in IndexedDB, so that closing the tab loses nothing. */
export class Storage {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(): Promise<Storage> {
    const database = await openDB<Schema>('anolis', 1, {
      upgrade(upgraded) {
        upgraded.createObjectStore('pictures', { keyPath: 'id' });
        upgraded.createObjectStore('labels', { keyPath: 'id' });
        upgraded.createObjectStore('settings');
      },
    });
    return new Storage(database);
  }

  /** Puts what was saved into an empty session; answers whether there was anything. */
  async restore(session: Session): Promise<boolean> {
    const saved = (await this.database.getAll('pictures')).sort((a, b) => a.place - b.place);
    const settings = await this.database.get('settings', 'settings');
    const pictures: Picture[] = [];
    for (const { id, name, file } of saved) {
      const picture = await readPicture(id, name, file).catch(() => undefined);
      if (!picture) continue;
      const label = await this.database.get('labels', id);
      if (label && label.width === picture.width && label.height === picture.height) {
        picture.raster = label;
        picture.painted = true;
      }
      pictures.push(picture);
    }
    if (pictures.length === 0) return false;
    if (settings) {
      session.classes = settings.classes;
      session.unpaintedIsBackground = settings.unpaintedIsBackground;
      session.opacity = settings.opacity;
      session.selected = pictures.find(({ id }) => id === settings.selected);
    }
    session.add(pictures);
    return true;
  }

  async savePictures({ pictures }: Session): Promise<void> {
    const transaction = this.database.transaction(['pictures', 'labels'], 'readwrite');
    const store = transaction.objectStore('pictures');
    const kept = new Set(await store.getAllKeys());
    const wanted = new Set(pictures.map(({ id }) => id));
    for (const id of kept) {
      if (wanted.has(id)) continue;
      void store.delete(id);
      void transaction.objectStore('labels').delete(id);
    }
    for (const [place, { id, name, file }] of pictures.entries()) {
      if (!kept.has(id)) void store.put({ id, name, file, place });
    }
    await transaction.done;
  }

  async saveLabel({ id, raster, painted }: Picture): Promise<void> {
    if (painted && raster) await this.database.put('labels', { id, ...raster });
    else await this.database.delete('labels', id);
  }

  async saveSettings({ classes, unpaintedIsBackground, opacity, selected }: Session): Promise<void> {
    await this.database.put(
      'settings',
      { classes, unpaintedIsBackground, opacity, selected: selected?.id },
      'settings',
    );
  }
}
