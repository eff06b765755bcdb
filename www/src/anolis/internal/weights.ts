import { errorOf } from '../public/errors.js';
import type { Assets } from './assets.js';
import type { ByteCache } from './cache.js';
import type { Engine } from './engine.js';
import { readBytes } from './fetch-bytes.js';
import type { Fetch } from './host.js';

/** The part of the manifest that is needed to fetch the shards. */
export interface Manifest {
  readonly shards: readonly Shard[];
}

/** One file of the weights. */
export interface Shard {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Text and shards of the manifest. */
export async function fetchManifest(
  url: string,
  fetcher: Fetch = fetch,
): Promise<{ json: string; shards: readonly Shard[] }> {
  const json = await (await get(url, fetcher)).text();
  try {
    const { shards } = JSON.parse(json) as Manifest;
    if (!Array.isArray(shards)) throw new TypeError('no shards');
    return { json, shards };
  } catch (cause) {
    throw errorOf('weights-manifest', undefined, { cause });
  }
}

/** Hands every shard to the engine, from the cache where it can; `onProgress` gets fractions. */
export async function addShards(
  engine: Pick<Engine, 'addShard'>,
  shards: readonly Shard[],
  urls: Assets['weights']['shards'],
  cache: ByteCache,
  onProgress: (done: number) => void,
  fetcher: Fetch = fetch,
): Promise<void> {
  const total = shards.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const shard of shards) {
    const at = (received: number) => onProgress((before + Math.min(received, shard.bytes)) / total);
    if (!(await addCached(engine, shard, cache))) {
      const url = urls[shard.file];
      if (!url) throw errorOf('weights-missing', `No address is known for ${shard.file}; pass it in assets.`);
      const bytes = await download(url, at, fetcher);
      engine.addShard(shard.file, bytes);
      // Only bytes the engine has verified are kept.
      await cache.put(shard.sha256, bytes);
    }
    before += shard.bytes;
    onProgress(before / total);
  }
}

async function addCached(engine: Pick<Engine, 'addShard'>, shard: Shard, cache: ByteCache): Promise<boolean> {
  const cached = await cache.get(shard.sha256);
  if (!cached) return false;
  try {
    engine.addShard(shard.file, cached);
    return true;
  } catch {
    // A damaged copy must not lock the user out: fetch it anew.
    await cache.delete(shard.sha256);
    return false;
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
