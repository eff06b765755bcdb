import { describe, expect, it } from 'vitest';
import { open } from '../../src/anolis/internal/session/open.js';
import type { Anolis } from '../../src/anolis/public/anolis.js';
import { errorOf } from '../../src/anolis/public/errors.js';
import type { SessionFile } from '../../src/anolis/public/session-file.js';

/** A library that only takes note, and fails when it is told to. */
class Fake {
  readonly weightsHash = 'mine';
  readonly log: string[] = [];
  readonly open = new Set<object>();
  fails = '';

  image = async (source: Blob) => this.#begin(`image ${await source.text()}`, { width: 4, height: 4 });

  task = async ({ kind, images }: { kind: string; images?: number }) =>
    this.#begin(`task ${kind} ${images ?? ''}`.trim(), {
      add: async () => this.#do('add'),
      setAdapter: async () => this.#do('setAdapter'),
    });

  #do(what: string): void {
    this.log.push(what);
    if (what === this.fails) throw errorOf(what === 'setAdapter' ? 'adapter' : 'label-size');
  }

  #begin<T extends object>(what: string, methods: T) {
    this.#do(what);
    const made = { ...methods, dispose: async () => void this.open.delete(made) };
    this.open.add(made);
    return made;
  }
}

const size = { width: 4, height: 4 };
const session: SessionFile = {
  name: 'two',
  changed: new Date(),
  weights: 'mine',
  images: ['a', 'b'].map((id) => ({ id, name: `${id}.png`, files: [new Blob([id])], ...size })),
  tasks: [
    {
      id: 'mask',
      kind: 'mask',
      channels: ['one'],
      labels: [{ image: 'a', label: { ...size, data: new Uint8Array(16) } }],
      adapter: Uint8Array.of(1),
    },
    { id: 'tags', kind: 'tags', channels: ['one'], labels: [{ image: 'b', label: { tags: ['one'] } }] },
  ],
};
const begin = (fake: Fake, given: SessionFile = session, options = {}) =>
  open(fake as unknown as Anolis, given, options);

describe('opening a session', () => {
  it('opens pictures, then begins tasks with examples and adapters', async () => {
    const fake = new Fake();
    const opened = await begin(fake);
    expect(fake.log).toEqual(['image a', 'image b', 'task mask 1', 'add', 'setAdapter', 'task tags', 'add']);
    expect(opened.images.map(({ id, name }) => `${id} ${name}`)).toEqual(['a a.png', 'b b.png']);
    expect(opened.tasks.map(({ id }) => id)).toEqual(['mask', 'tags']);
    expect(opened.notices).toEqual([]);
  });

  it.each(['image b', 'task mask 1', 'add', 'setAdapter', 'task tags'])(
    'leaves nothing open when %s fails',
    async (fails) => {
      const fake = new Fake();
      fake.fails = fails;
      const code = fails === 'setAdapter' ? 'session-file' : 'label-size';
      await expect(begin(fake)).rejects.toMatchObject({ code });
      expect(fake.open.size).toBe(0);
    },
  );

  it('leaves nothing open when a picture has another size', async () => {
    const fake = new Fake();
    const [a, b] = session.images;
    const other = { ...session, images: [a, { ...b, width: 5 }] } as SessionFile;
    await expect(begin(fake, other)).rejects.toMatchObject({ code: 'session-file' });
    expect(fake.open.size).toBe(0);
  });

  it('leaves nothing open when it is aborted', async () => {
    const fake = new Fake();
    const stop = new AbortController();
    const image = fake.image;
    fake.image = (source) => {
      stop.abort();
      return image(source);
    };
    await expect(begin(fake, session, { signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(fake.open.size).toBe(0);
  });

  it.each(['other', undefined])('leaves an adapter of weights %s out, with a notice', async (weights) => {
    const fake = new Fake();
    const { notices } = await begin(fake, { ...session, weights });
    expect(notices).toMatchObject([{ code: 'adapter-weights' }]);
    expect(fake.log).not.toContain('setAdapter');
  });

  it('asks for pictures that the file only refers to', async () => {
    const referring = { ...session, images: session.images.map((image) => ({ ...image, files: [] })) };
    const fake = new Fake();
    const picture = (name: string) => (name === 'a.png' ? new Blob(['given']) : undefined);
    const { images, notices } = await begin(fake, referring, { picture });
    expect(images.map(({ id }) => id)).toEqual(['a']);
    expect(notices).toMatchObject([{ code: 'image-missing', message: expect.stringContaining('b.png') }]);
    expect(fake.log.filter((line) => line === 'add')).toHaveLength(1);
  });
});
