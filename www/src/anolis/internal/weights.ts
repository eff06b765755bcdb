import { errorOf } from '../public/errors.js';
import type { WeightFiles } from './assets.js';
import type { ByteCache } from './cache.js';
import type { Engine } from './engine.js';
import { readBytes } from './fetch-bytes.js';
import type { Fetch } from './host.js';

/** The part of the manifest that is needed to fetch the shards. */
interface Manifest {
  readonly shards: readonly Shard[];
}

/** One file of the weights. */
interface Shard {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Weights on their way: they are fetched while the runtime is. */
export interface Weights {
  /** The manifest's text. */
  readonly manifest: Promise<string>;
  /** Hands every shard to the engine and lets go of it; `onProgress` gets fractions. */
  addTo(engine: Pick<Engine, 'addShard'>, onProgress: (done: number) => void): Promise<void>;
}

/** Begins to fetch manifest and shards, these from the cache where it can. */
export function fetchWeights(
  { manifest, shards: urls }: WeightFiles,
  cache: ByteCache,
  fetcher: Fetch = fetch,
): Weights {
  const received = new Map<Shard, number>();
  let listener = () => {};
  const load = async (shard: Shard) => {
    const url = urls[shard.file];
    if (!url) throw errorOf('weights-missing', `No address is known for ${shard.file}; pass it in assets.`);
    const onBytes = (bytes: number) => {
      received.set(shard, Math.max(received.get(shard) ?? 0, Math.min(bytes, shard.bytes)));
      listener();
    };
    return download(url, onBytes, fetcher);
  };
  const obtain = async (shard: Shard): Promise<Obtained> => {
    const cached = await cache.get(shard.sha256);
    return { shard, cached: Boolean(cached), bytes: cached ?? (await load(shard)) };
  };
  const parsed = fetchManifest(manifest, fetcher);
  const begun = handled(parsed.then(({ shards }) => shards.map((shard) => handled(obtain(shard)))));
  return {
    manifest: handled(parsed.then(({ json }) => json)),
    async addTo(engine, onProgress) {
      const { shards } = await parsed;
      const total = shards.reduce((sum, { bytes }) => sum + bytes, 0);
      listener = () => onProgress([...received.values()].reduce((sum, bytes) => sum + bytes, 0) / total);
      const waiting = await begun;
      // Taken out one by one: what the engine has is freed.
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const obtained = await next;
        await add(engine, obtained, cache, load);
        received.set(obtained.shard, obtained.shard.bytes);
        listener();
      }
    },
  };
}

interface Obtained {
  readonly shard: Shard;
  readonly bytes: Uint8Array;
  readonly cached: boolean;
}

async function add(
  engine: Pick<Engine, 'addShard'>,
  { shard, bytes, cached }: Obtained,
  cache: ByteCache,
  load: (shard: Shard) => Promise<Uint8Array>,
): Promise<void> {
  try {
    engine.addShard(shard.file, bytes);
  } catch (reason) {
    if (!cached) throw reason;
    // A damaged copy must not lock the user out: fetch it anew.
    await cache.delete(shard.sha256);
    return add(engine, { shard, bytes: await load(shard), cached: false }, cache, load);
  }
  // Only bytes the engine has verified are kept.
  if (!cached) await cache.put(shard.sha256, bytes);
}

/** The same promise; whoever awaits it later still learns of a failure. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Text and shards of the manifest. */
async function fetchManifest(url: string, fetcher: Fetch): Promise<{ json: string; shards: readonly Shard[] }> {
  const json = await (await get(url, fetcher)).text();
  try {
    const { shards } = JSON.parse(json) as Manifest;
    if (!Array.isArray(shards)) throw new TypeError('no shards');
    return { json, shards };
  } catch (cause) {
    throw errorOf('weights-manifest', undefined, { cause });
  }
}

async function download(url: string, onBytes: (received: number) => void, fetcher: Fetch): Promise<Uint8Array> {
  const response = await get(url, fetcher);
  try {
    return await readBytes(response, onBytes);
  } catch (cause) {
    throw errorOf('weights-truncated', undefined, { cause });
  }
}

async function get(url: string, fetcher: Fetch): Promise<Response> {
  try {
    const response = await fetcher(url);
    if (response.ok) return response;
    throw new Error(`HTTP ${response.status}`);
  } catch (cause) {
    throw errorOf('weights-missing', undefined, { cause });
  }
}
