import { describe, expect, it, vi } from 'vitest';
import { weightsCache } from '../../src/anolis/internal/cache.js';
import { addShards, fetchManifest } from '../../src/anolis/internal/weights.js';

const shards = [
  { file: 'a', bytes: 4, sha256: 'hash-a' },
  { file: 'b', bytes: 6, sha256: 'hash-b' },
];
const urls = { a: 'https://site.test/a', b: 'https://site.test/b' };

function fakeStorage() {
  const stored = new Map<string, Response>();
  const cache = {
    match: async (key: string) => stored.get(key)?.clone(),
    put: async (key: string, response: Response) => void stored.set(key, response),
    delete: async (key: string) => stored.delete(key),
  };
  return { stored, storage: { open: async () => cache as unknown as Cache } };
}

const serve = () => vi.fn(async (url: string) => new Response(new Uint8Array(url.endsWith('a') ? 4 : 6)));

describe('addShards', () => {
  it('reports bytes as one rising fraction and keeps what was accepted', async () => {
    const { stored, storage } = fakeStorage();
    const added: string[] = [];
    const fractions: number[] = [];
    const engine = { addShard: (file: string) => void added.push(file) };
    await addShards(engine, shards, urls, weightsCache(storage), (done) => fractions.push(done), serve());
    expect(added).toEqual(['a', 'b']);
    expect(fractions).toEqual([...fractions].sort((x, y) => x - y));
    expect(fractions.at(-1)).toBe(1);
    expect(stored.size).toBe(2);
  });

  it('does not ask the network a second time', async () => {
    const { storage } = fakeStorage();
    const engine = { addShard: () => {} };
    await addShards(engine, shards, urls, weightsCache(storage), () => {}, serve());
    const second = serve();
    await addShards(engine, shards, urls, weightsCache(storage), () => {}, second);
    expect(second).not.toHaveBeenCalled();
  });

  it('fetches anew what is damaged in the cache', async () => {
    const { storage } = fakeStorage();
    const cache = weightsCache(storage);
    await cache.put('hash-a', new Uint8Array(1));
    const engine = {
      addShard: (_: string, bytes: Uint8Array) => {
        if (bytes.length === 1) throw new Error('damaged');
      },
    };
    const fetcher = serve();
    await addShards(engine, shards, urls, cache, () => {}, fetcher);
    expect(fetcher).toHaveBeenCalledTimes(2);
    expect((await cache.get('hash-a'))?.length).toBe(4);
  });

  it('keeps nothing the engine refused', async () => {
    const { stored, storage } = fakeStorage();
    const engine = {
      addShard: () => {
        throw Object.assign(new Error('no'), { code: 'weights-hash' });
      },
    };
    const adding = addShards(engine, shards, urls, weightsCache(storage), () => {}, serve());
    await expect(adding).rejects.toMatchObject({ code: 'weights-hash' });
    expect(stored.size).toBe(0);
  });

  it('works where the cache is forbidden', async () => {
    const storage = {
      open: async () => {
        throw new DOMException('denied', 'SecurityError');
      },
    };
    const engine = { addShard: vi.fn() };
    await addShards(engine, shards, urls, weightsCache(storage), () => {}, serve());
    expect(engine.addShard).toHaveBeenCalledTimes(2);
  });

  it('says that weights are missing', async () => {
    const missing = async () => new Response('', { status: 404 });
    const adding = addShards({ addShard: () => {} }, shards, urls, weightsCache(undefined), () => {}, missing);
    await expect(adding).rejects.toMatchObject({ code: 'weights-missing' });
    await expect(fetchManifest('https://site.test/m', missing)).rejects.toMatchObject({ code: 'weights-missing' });
  });
});
