import { Anolis, type LoadOptions, type Notice, type Progress } from '../anolis/public/index.js';

/** What decides whether two widgets can have the same network. */
export type ShareOptions = Pick<LoadOptions, 'backend' | 'quality' | 'weights' | 'assets' | 'workerUrl'>;

/** Told about the loading of a network. */
export interface Told {
  readonly onProgress: (progress: Progress) => void;
  readonly onNotice: (notice: Notice) => void;
}

interface Shared {
  readonly users: Set<Told>;
  readonly anolis: Promise<Anolis>;
}

const loaded = new Map<string, Shared>();

/** The network that every widget of these options uses, in one worker; it ends with its last user. */
export function share(options: ShareOptions, told: Told): { readonly anolis: Promise<Anolis>; release(): void } {
  const { backend, quality, weights, assets, workerUrl } = options;
  const key = JSON.stringify([backend, quality, weights, assets, workerUrl]);
  const shared = loaded.get(key) ?? load(key, options);
  shared.users.add(told);
  return {
    anolis: shared.anolis,
    release: () => {
      if (!shared.users.delete(told) || shared.users.size > 0) return;
      if (loaded.get(key) === shared) loaded.delete(key);
      shared.anolis.then((anolis) => anolis.dispose()).catch(() => {});
    },
  };
}

function load(key: string, options: ShareOptions): Shared {
  const users = new Set<Told>();
  const anolis = Anolis.load({
    ...options,
    onProgress: (progress) => {
      for (const { onProgress } of users) onProgress(progress);
    },
    onNotice: (notice) => {
      for (const { onNotice } of users) onNotice(notice);
    },
  });
  const shared = { users, anolis };
  loaded.set(key, shared);
  // What failed is tried anew by the next one.
  anolis.catch(() => loaded.get(key) === shared && loaded.delete(key));
  return shared;
}
