import { encode } from 'fast-png';
import { strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AnolisError } from '../../src/anolis/public/errors.js';
import {
  readSession,
  type SessionFile,
  type SessionLabel,
  type SessionTask,
  writeSession,
} from '../../src/anolis/public/session-file.js';
import { random } from './random.js';

type Kind = SessionTask['kind'];
const size = { width: 7, height: 5 };
const pixels = size.width * size.height;

/** A session of one task that a seed decides. */
function session(kind: Kind, seed: number, overlap = false): SessionFile {
  const next = random(seed);
  const whole = (below: number) => Math.floor(next() * below);
  const channels = Array.from({ length: 1 + whole(4) }, (_, i) => `channel ${i + 1} ↗`);
  const list = <T>(length: number, make: () => T) => Array.from({ length }, make);
  const bytes = (most: number) => Uint8Array.from(list(pixels, () => [whole(most + 1), 254, 255][whole(3)] as number));
  const point = () => [next() * size.width, next() * size.height] as const;
  const map = () => Float32Array.from(list(pixels, () => (whole(4) === 0 ? Number.NaN : whole(65_535) / 65_534)));
  const label = (): SessionLabel['label'] => {
    switch (kind) {
      case 'mask':
        return overlap ? { ...size, layers: channels.map(() => bytes(1)) } : { ...size, data: bytes(channels.length) };
      case 'map':
        return { ...size, map: channels.map(map) };
      case 'keypoints':
        return { keypoints: channels.map(() => (whole(3) === 0 ? null : point())) };
      case 'density':
        return { points: list(whole(5), () => [...point(), whole(channels.length)] as const) };
      case 'tags': {
        const said = channels.map((name) => [name, whole(3)] as const);
        const named = (what: number) => said.filter(([, is]) => is === what).map(([name]) => name);
        return { tags: named(0), not: named(1) };
      }
    }
  };
  const images = list(whole(4), () => 0).map((_, i) => ({
    id: `picture-${i}`,
    name: `slide ${i} ü.PNG`,
    files: list(1, () => new Blob([Uint8Array.from(list(whole(300), () => whole(256)))], { type: 'image/png' })),
    ...size,
  }));
  const labels = images.filter(() => whole(2) === 0).map(({ id }) => ({ image: id, label: label() }));
  const adapter = whole(2) === 0 ? undefined : Uint8Array.from(list(1 + whole(99), () => whole(256)));
  const task = { id: kind, kind, channels, overlap, labels, adapter };
  return {
    name: 'näme',
    changed: new Date(2026, 1, 1, whole(24)),
    weights: 'hash',
    images,
    tasks: [task],
    page: { seed },
  };
}

/** With contents in the place of blobs, which compare as equal whatever they hold. */
async function contents(session: SessionFile) {
  const images = session.images.map(async ({ files, ...image }) => {
    const data = files.map(async (file) => [file.type, [...new Uint8Array(await file.arrayBuffer())]]);
    return { ...image, files: await Promise.all(data) };
  });
  return { ...session, images: await Promise.all(images) };
}

/** A small session as files, to be spoilt. */
async function files(kind: Kind = 'mask', overlap = false): Promise<Record<string, Uint8Array>> {
  const image = { id: 'a', name: 'a.png', files: [new Blob(['picture'])], ...size };
  const labels: Record<Kind, SessionLabel['label']> = {
    mask: overlap
      ? { ...size, layers: [new Uint8Array(pixels), new Uint8Array(pixels)] }
      : { ...size, data: new Uint8Array(pixels) },
    map: { ...size, map: [new Float32Array(pixels), new Float32Array(pixels)] },
    keypoints: { keypoints: [[1, 2], null] },
    density: { points: [[1, 2, 1]] },
    tags: { tags: ['one'], not: ['two'] },
  };
  const task = { id: 't', kind, channels: ['one', 'two'], overlap, labels: [{ image: 'a', label: labels[kind] }] };
  const file = await writeSession({ name: '', changed: new Date(), images: [image], tasks: [task] });
  return unzipSync(new Uint8Array(await file.arrayBuffer()));
}

const blob = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]);
const pack = (all: Zippable) => blob(zipSync(all));
const json = (value: unknown) => strToU8(JSON.stringify(value));

/** How reading ends: a code and a sentence. */
async function refusal(file: Blob): Promise<string> {
  const reason = await readSession(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(reason).toBeInstanceOf(AnolisError);
  return `${(reason as AnolisError).code}: ${(reason as AnolisError).message}`;
}

/** How reading ends after something of the manifest was changed. */
async function refusalOf(change: (manifest: never) => void, kind: Kind = 'mask'): Promise<string> {
  const all = await files(kind);
  const manifest = JSON.parse(new TextDecoder().decode(all['manifest.json']));
  change(manifest as never);
  return refusal(pack({ ...all, 'manifest.json': json(manifest) }));
}

/** Where a signature of the zip format stands, the last time. */
function lastOf(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer);
  for (let at = bytes.length - 4; at >= 0; at -= 1) if (view.getUint32(at, true) === signature) return at;
  throw new Error('no such part');
}

describe('a session file', () => {
  it.each(['mask', 'map', 'keypoints', 'density', 'tags'] as const)(
    'gives back every %s that it was given',
    async (kind) => {
      for (let seed = 0; seed < 25; seed += 1) {
        const given = session(kind, seed);
        expect(await contents(await readSession(await writeSession(given)))).toEqual(await contents(given));
      }
    },
  );

  it('gives back masks whose classes overlap', async () => {
    for (let seed = 0; seed < 25; seed += 1) {
      const given = session('mask', seed, true);
      expect(await readSession(await writeSession(given))).toEqual(given);
    }
  });

  it('keeps pairs, and pictures that are only referred to', async () => {
    const pair = { id: 'pair', name: 'pair.png', files: [new Blob(['first']), new Blob(['second'])], ...size };
    const absent = { id: 'absent', name: 'absent.png', files: [], ...size };
    const given = { name: '', changed: new Date(), images: [pair, absent], tasks: [] };
    const read = await readSession(await writeSession(given));
    expect(await Promise.all(read.images.map(({ files }) => Promise.all(files.map((file) => file.text()))))).toEqual([
      ['first', 'second'],
      [],
    ]);
  });

  it('ignores keys and files that it does not know', async () => {
    const all = await files();
    const manifest = JSON.parse(new TextDecoder().decode(all['manifest.json']));
    Object.assign(manifest, { later: { anything: 1 } });
    Object.assign(manifest.images[0], { later: true });
    const read = await readSession(pack({ ...all, 'manifest.json': json(manifest), 'later/x.bin': strToU8('x') }));
    expect(read.images).toHaveLength(1);
  });

  it('takes null for what may be missing', async () => {
    const all = await files();
    const manifest = JSON.parse(new TextDecoder().decode(all['manifest.json']));
    Object.assign(manifest, { weights: null, page: null });
    Object.assign(manifest.tasks[0], { adapter: null });
    const { weights, tasks } = await readSession(pack({ ...all, 'manifest.json': json(manifest) }));
    expect([weights, tasks[0]?.adapter]).toEqual([undefined, undefined]);
  });

  it('keeps values of maps to 1 of 131,068', async () => {
    const map = Float32Array.of(0, 1, 0.123456, Number.NaN);
    const image = { id: 'a', name: 'a', files: [], width: 2, height: 2 };
    const labels = [{ image: 'a', label: { width: 2, height: 2, map } }];
    const task = { id: 't', kind: 'map', channels: ['depth'], labels } as const;
    const read = await readSession(
      await writeSession({ name: '', changed: new Date(), images: [image], tasks: [task] }),
    );
    const label = read.tasks[0]?.labels[0]?.label;
    const [kept] = label && 'map' in label ? (label.map as Float32Array[]) : [];
    for (const [i, value] of map.entries())
      if (!Number.isNaN(value)) expect(Math.abs((kept?.[i] ?? 9) - value)).toBeLessThan(1 / 131_000);
    expect(kept?.[3]).toBeNaN();
  });

  it('is not written when its parts do not fit together', async () => {
    const image = { id: 'a', name: 'a', files: [], ...size };
    const given = { name: '', changed: new Date(), images: [image], tasks: [] };
    const task = (label: SessionLabel['label'], kind: Kind = 'mask') => [
      { id: 't', kind, channels: ['one'], labels: [{ image: 'a', label }] },
    ];
    const refused = (changes: Partial<SessionFile>) =>
      expect(writeSession({ ...given, ...changes })).rejects.toMatchObject({ code: 'session-file' });
    await refused({ images: [image, image] });
    await refused({ images: [{ ...image, id: '../a' }] });
    await refused({ images: [{ ...image, width: 2049 }] });
    await refused({ tasks: task({ ...size, data: new Uint8Array(pixels).fill(2) }) });
    await refused({ tasks: task({ ...size, data: new Uint8Array(3) }) });
    await refused({ tasks: task({ points: [] }) });
    await refused({ tasks: task({ points: [[1, 1, 1]] }, 'density') });
    await refused({ tasks: task({ tags: ['two'] }, 'tags') });
  });
});

describe('a file that is no session', () => {
  it('is refused when it is something else', async () => {
    expect(await refusal(new Blob(['']))).toMatch(/^session-file: .*not a zip archive/);
    expect(await refusal(new Blob(['no archive at all, whatever its name is']))).toMatch(/not a zip archive/);
    expect(await refusal(pack({ 'readme.txt': strToU8('a foreign archive') }))).toMatch(/no manifest/);
    expect(await refusal(pack({ 'manifest.json': json({ name: 'an app' }) }))).toMatch(/not that of a session/);
    expect(await refusal(pack({ 'manifest.json': strToU8('{') }))).toMatch(/not JSON/);
  });

  it('is refused when it was cut off, wherever', async () => {
    const whole = zipSync(await files());
    for (let length = 0; length < whole.length; length += 7)
      expect(await refusal(blob(whole.subarray(0, length)))).toMatch(/^session-file/);
  });

  it('is refused when any byte of its contents was changed', async () => {
    const all = await files();
    const whole = zipSync(all, { level: 0 });
    const directory = lastOf(whole, 0x06054b50);
    for (let at = 0; at < directory; at += 5) {
      const spoilt = whole.slice();
      spoilt[at] = (spoilt[at] as number) ^ 0x55;
      // Some bytes say nothing that matters, such as the time a file was made: then it must read as before.
      const read = await readSession(blob(spoilt)).catch((reason: AnolisError) => reason);
      if (read instanceof Error) expect(read).toBeInstanceOf(AnolisError);
      else expect(read).toEqual(await readSession(blob(whole)));
    }
  });

  it('is refused with a sentence of its own when it is newer', async () => {
    expect(await refusalOf((manifest: { version: number }) => (manifest.version = 2))).toMatch(
      /^session-version: .*update/,
    );
  });

  it.each(['../evil.png', 'images/../../evil.png', '/etc/evil.png', 'images\\evil.png'])(
    'is refused with the name %s',
    async (name) => {
      expect(await refusal(pack({ ...(await files()), [name]: strToU8('x') }))).toMatch(/leads out/);
    },
  );

  it('is refused when a name occurs twice', async () => {
    const bytes = zipSync({ ...(await files()), 'labels/t/b.png': strToU8('x') });
    const text = new TextDecoder('latin1').decode(bytes).replaceAll('labels/t/b.png', 'labels/t/a.png');
    expect(await refusal(blob(Uint8Array.from(text, (letter) => letter.charCodeAt(0))))).toMatch(/twice/);
  });

  it('is refused when a file would grow too much', async () => {
    const bomb = pack({ ...(await files()), 'bomb.bin': new Uint8Array(2_000_000) });
    expect(await refusal(bomb)).toMatch(/grow suspiciously/);
  });

  it('is refused when a file is larger than it says', async () => {
    const bytes = zipSync({ 'manifest.json': new Uint8Array(2_000_000) });
    const view = new DataView(bytes.buffer);
    // Size in the directory, which is what counts.
    view.setUint32(lastOf(bytes, 0x02014b50) + 24, 100, true);
    expect(await refusal(blob(bytes))).toMatch(/larger than it says/);
  });

  it('is refused when its files overlap', async () => {
    const bytes = zipSync({ 'a.bin': new Uint8Array(1000), 'manifest.json': json({}) }, { level: 0 });
    const view = new DataView(bytes.buffer);
    for (const offset of [20, 24]) view.setUint32(lastOf(bytes, 0x02014b50) + offset, 1000, true);
    expect(await refusal(blob(bytes))).toMatch(/overlap/);
  });

  it('is refused when it holds too many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`${i}`, new Uint8Array()]));
    expect(await refusal(pack(many))).toMatch(/more than 20000 files/);
  });

  it('is refused when it says that it holds more than 4 GB', async () => {
    const bytes = zipSync({ 'a.bin': new Uint8Array(9), 'manifest.json': json({}) }, { level: 0 });
    const view = new DataView(bytes.buffer);
    const entry = lastOf(bytes, 0x02014b50);
    view.setUint16(entry + 10, 8, true);
    view.setUint32(entry + 20, 20_000_001, true);
    view.setUint32(entry + 24, 4_000_000_001, true);
    const [end, before] = [lastOf(bytes, 0x06054b50), new Uint8Array(21_000_000)];
    view.setUint32(end + 16, view.getUint32(end + 16, true) + before.length, true);
    expect(await refusal(new Blob([before, bytes]))).toMatch(/more than 4 GB/);
  });

  it('is refused when it is encrypted', async () => {
    const bytes = zipSync(await files());
    const entry = lastOf(bytes, 0x02014b50);
    bytes[entry + 8] = (bytes[entry + 8] as number) | 1;
    expect(await refusal(blob(bytes))).toMatch(/encrypted/);
  });
});

describe('a manifest', () => {
  interface Spoilt {
    name: unknown;
    changed: unknown;
    images: Record<string, unknown>[] & { 0: Record<string, unknown> };
    tasks: Record<string, unknown>[] & { 0: { labels: unknown[] } & Record<string, unknown> };
  }
  it.each([
    ['no name', (m) => (m.name = 3)],
    ['no date', (m) => (m.changed = 'yesterday')],
    ['no pictures', (m) => Object.assign(m, { images: {} })],
    ['two pictures of one id', (m) => m.images.push(m.images[0])],
    ['two tasks of one id', (m) => m.tasks.push(m.tasks[0])],
    ['an id that is a path', (m) => (m.images[0]['id'] = 'a/b')],
    ['an id that is too long', (m) => (m.tasks[0]['id'] = 'a'.repeat(65))],
    ['a size beyond what is worked on', (m) => (m.images[0]['width'] = 4096)],
    ['a size that is no number', (m) => (m.images[0]['height'] = '5')],
    ['three pictures together', (m) => (m.images[0]['files'] = ['images/a.png', 'images/a.png', 'images/a.png'])],
    ['a file that is not there', (m) => (m.images[0]['files'] = ['images/b.png'])],
    ['an unknown kind', (m) => (m.tasks[0]['kind'] = 'video')],
    ['a kind that is part of every object', (m) => (m.tasks[0]['kind'] = 'toString')],
    ['no channels', (m) => (m.tasks[0]['channels'] = [])],
    ['channels of the same name', (m) => (m.tasks[0]['channels'] = ['one', 'one'])],
    ['254 channels', (m) => (m.tasks[0]['channels'] = Array.from({ length: 254 }, String))],
    ['overlap that is neither yes nor no', (m) => (m.tasks[0]['overlap'] = 'no')],
    ['more channels than the label', (m) => Object.assign(m.tasks[0], { overlap: true })],
    ['a label of a picture that is not there', (m) => (m.tasks[0].labels = [{ image: 'b', files: [] }])],
    ['two labels of one picture', (m) => m.tasks[0].labels.push(m.tasks[0].labels[0])],
    ['a label without a file', (m) => (m.tasks[0].labels = [{ image: 'a', files: [] }])],
    ['an adapter that is not there', (m) => (m.tasks[0]['adapter'] = 'adapters/t.safetensors')],
  ] satisfies [string, (manifest: Spoilt) => void][])('is refused with %s', async (_, change) => {
    expect(await refusalOf(change as never)).toMatch(/^session-file: .{20}/);
  });

  it('is refused when tags differ only in case and space', async () => {
    const change = (m: { tasks: [{ channels: string[] }] }) => (m.tasks[0].channels = ['One', ' one ']);
    expect(await refusalOf(change as never, 'tags')).toMatch(/no channels that can be used/);
  });
});

describe('a label of a session file', () => {
  const spoilt = async (kind: Kind, content: Uint8Array, overlap = false) => {
    const all = await files(kind, overlap);
    const name = Object.keys(all).find((path) => path.startsWith('labels/')) as string;
    return refusal(pack({ ...all, [name]: content }));
  };
  const png = (width: number, height: number, change: Partial<Parameters<typeof encode>[0]> = {}) =>
    encode({ width, height, data: new Uint8Array(width * height), depth: 8, channels: 1, ...change });

  it('is refused with another size', async () => {
    expect(await spoilt('mask', png(5, 7))).toMatch(/5 × 7 pixels, its picture 7 × 5/);
    expect(await spoilt('mask', png(5, 7), true)).toMatch(/5 × 7/);
  });

  it('is refused with colours or another depth', async () => {
    expect(await spoilt('mask', png(7, 5, { data: new Uint8Array(3 * pixels), channels: 3 }))).toMatch(/8-bit grey/);
    expect(await spoilt('mask', png(7, 5, { data: new Uint16Array(pixels), depth: 16 }))).toMatch(/8-bit grey/);
    expect(await spoilt('map', png(7, 5))).toMatch(/16-bit grey/);
  });

  it('is refused with classes that the task has not', async () => {
    expect(await spoilt('mask', png(7, 5, { data: new Uint8Array(pixels).fill(3) }))).toMatch(/classes/);
    expect(await spoilt('mask', png(7, 5, { data: new Uint8Array(pixels).fill(2) }), true)).toMatch(/classes/);
  });

  it('is refused when it is no PNG, cut off, or spoilt inside', async () => {
    expect(await spoilt('mask', strToU8('no PNG'))).toMatch(/not a PNG/);
    const whole = png(7, 5);
    for (let length = 0; length < whole.length; length += 3)
      expect(await spoilt('mask', whole.slice(0, length))).toMatch(/^session-file/);
    const broken = whole.slice();
    broken[45] = (broken[45] as number) ^ 0x55;
    expect(await spoilt('mask', broken)).toMatch(/^session-file/);
  });

  it('is refused when its PNG holds far more than it says', async () => {
    const large = png(3000, 3000);
    const view = new DataView(large.buffer);
    view.setUint32(16, 7);
    view.setUint32(20, 5);
    expect(await spoilt('mask', large)).toMatch(/more pixels than it says/);
  });

  it('is refused with points that are none, outside, or of other channels', async () => {
    for (const points of [
      1,
      [[1, 2]],
      [
        [1, 2],
        [1, 9],
      ],
      [
        [1, 2],
        ['1', 2],
      ],
      [[1, 2], 7],
      [null, [1]],
      [
        [1, 2, 3],
        [1, 2],
      ],
    ])
      expect(await spoilt('keypoints', json({ points }))).toMatch(/^session-file/);
    for (const points of [undefined, [[1, 2, 2]], [[1, 2, 0.5]], [[-1, 2, 0]], [null]])
      expect(await spoilt('density', json({ points }))).toMatch(/^session-file/);
    expect(await spoilt('density', strToU8('[1'))).toMatch(/not JSON/);
    expect(await spoilt('density', strToU8('null'))).toMatch(/not an object/);
  });

  it('is refused with tags that are none', async () => {
    for (const tags of [undefined, [], { three: true }, { one: 1 }, { __proto__: null, toString: true }])
      expect(await spoilt('tags', json({ tags }))).toMatch(/^session-file/);
  });
});
