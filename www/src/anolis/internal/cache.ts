/** Bytes kept between visits under the hash of their content. */
export interface ByteCache {
  get(sha256: string): Promise<Uint8Array | undefined>;
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  delete(sha256: string): Promise<void>;
}

const NAME = 'anolis-weights-1';

/** The browser's Cache API, or nothing where it is missing, full or forbidden. */
export function weightsCache(storage: Pick<CacheStorage, 'open'> | undefined = storageHere()): ByteCache {
  // A cache key must be a URL; no request is ever made to it.
  const keyOf = (sha256: string) => `https://weights.invalid/${sha256}`;
  const attempt = async <T>(action: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    try {
      return storage && (await action(await storage.open(NAME)));
    } catch {
      // Private windows and full discs refuse: the network still works.
      return undefined;
    }
  };
  return {
    get: (sha256) =>
      attempt(async (cache) => {
        const found = await cache.match(keyOf(sha256));
        return found && new Uint8Array(await found.arrayBuffer());
      }),
    put: async (sha256, bytes) => {
      await attempt((cache) => cache.put(keyOf(sha256), new Response(bytes.slice())));
    },
    delete: async (sha256) => {
      await attempt((cache) => cache.delete(keyOf(sha256)));
    },
  };
}

// A sandboxed frame throws at the mention of it.
function storageHere(): CacheStorage | undefined {
  try {
    return globalThis.caches;
  } catch {
    return undefined;
  }
}
