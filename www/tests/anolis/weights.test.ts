import { describe, expect, it, vi } from 'vitest';
import { weightsCache } from '../../src/anolis/internal/cache.js';
import { fetchWeights } from '../../src/anolis/internal/weights.js';

const shards = [
  { file: 'a', bytes: 4, sha256: 'hash-a' },
  { file: 'b', bytes: 6, sha256: 'hash-b' },
];
const manifest = 'https://site.test/manifest.json';
const weights = { manifest, shards: { a: 'https://site.test/a', b: 'https://site.test/b' } };

function fakeStorage() {
  const stored = new Map<string, Response>();
  const cache = {
    match: async (key: string) => stored.get(key)?.clone(),
    put: async (key: string, response: Response) => void stored.set(key, response),
    delete: async (key: string) => stored.delete(key),
  };
  return { stored, storage: { open: async () => cache as unknown as Cache } };
}

const serve = () =>
  vi.fn(async (url: string) => {
    if (url === manifest) return Response.json({ shards });
    return new Response(new Uint8Array(url.endsWith('a') ? 4 : 6));
  });

describe('fetchWeights', () => {
  it('reports bytes as one rising fraction and keeps what was accepted', async () => {
    const { stored, storage } = fakeStorage();
    const added: string[] = [];
    const fractions: number[] = [];
    const engine = { addShard: (file: string) => void added.push(file) };
    await fetchWeights(weights, weightsCache(storage), serve()).addTo(engine, (done) => fractions.push(done));
    expect(added).toEqual(['a', 'b']);
    expect(fractions).toEqual([...fractions].sort((x, y) => x - y));
    expect(fractions.at(-1)).toBe(1);
    expect(stored.size).toBe(2);
  });

  it('does not ask the network a second time', async () => {
    const { storage } = fakeStorage();
    const engine = { addShard: () => {} };
    await fetchWeights(weights, weightsCache(storage), serve()).addTo(engine, () => {});
    const second = serve();
    await fetchWeights(weights, weightsCache(storage), second).addTo(engine, () => {});
    expect(second.mock.calls).toEqual([[manifest]]);
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
    await fetchWeights(weights, cache, fetcher).addTo(engine, () => {});
    expect(fetcher).toHaveBeenCalledTimes(3);
    expect((await cache.get('hash-a'))?.length).toBe(4);
  });

  it('keeps nothing the engine refused', async () => {
    const { stored, storage } = fakeStorage();
    const engine = {
      addShard: () => {
        throw Object.assign(new Error('no'), { code: 'weights-hash' });
      },
    };
    const adding = fetchWeights(weights, weightsCache(storage), serve()).addTo(engine, () => {});
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
    await fetchWeights(weights, weightsCache(storage), serve()).addTo(engine, () => {});
    expect(engine.addShard).toHaveBeenCalledTimes(2);
  });

  it('fetches everything before an engine asks for it', async () => {
    const fetcher = serve();
    const begun = fetchWeights(weights, weightsCache(undefined), fetcher);
    await vi.waitFor(() => expect(fetcher).toHaveBeenCalledTimes(3));
    const added: string[] = [];
    await begun.addTo({ addShard: (file) => void added.push(file) }, () => {});
    expect(added).toEqual(['a', 'b']);
    expect(fetcher).toHaveBeenCalledTimes(3);
  });

  it('says that weights are missing, to whoever asks for them and not before', async () => {
    const missing = async () => new Response('', { status: 404 });
    const nothing = fetchWeights(weights, weightsCache(undefined), missing);
    await new Promise((resolve) => setTimeout(resolve));
    await expect(nothing.manifest).rejects.toMatchObject({ code: 'weights-missing' });
    const adding = nothing.addTo({ addShard: () => {} }, () => {});
    await expect(adding).rejects.toMatchObject({ code: 'weights-missing' });
    const noShard = async (url: string) => (url === manifest ? Response.json({ shards }) : missing());
    const half = fetchWeights(weights, weightsCache(undefined), noShard);
    expect(await half.manifest).toContain('hash-a');
    await expect(half.addTo({ addShard: () => {} }, () => {})).rejects.toMatchObject({ code: 'weights-missing' });
  });

  it('refuses a manifest that is none', async () => {
    const html = async () => new Response('<html>');
    const { manifest } = fetchWeights(weights, weightsCache(undefined), html);
    await expect(manifest).rejects.toMatchObject({ code: 'weights-manifest' });
  });
});
