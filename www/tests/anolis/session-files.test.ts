import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { readSession, type SessionTask } from '../../src/anolis/public/session-file.js';

const size = { width: 20, height: 16 };
const pixels = size.width * size.height;
const bytes = (of: readonly number[], shift = 0) =>
  Uint8Array.from({ length: pixels }, (_, i) => of[(i + shift) % of.length] as number);
const map = (shift: number) =>
  Float32Array.from({ length: pixels }, (_, i) => ((i + shift) % 7 === 0 ? Number.NaN : (i * 200 + shift) / 65_534));
const task = (given: Omit<SessionTask, 'overlap'> & { overlap?: boolean }) => ({
  overlap: false,
  adapter: undefined,
  ...given,
});

/** What both files hold. */
const tasks = [
  task({
    id: 'mask',
    kind: 'mask',
    channels: ['x', 'y'],
    labels: [{ image: 'a', label: { ...size, data: bytes([0, 1, 2, 254, 255]) } }],
  }),
  task({
    id: 'layers',
    kind: 'mask',
    channels: ['x', 'y'],
    overlap: true,
    labels: [{ image: 'a', label: { ...size, layers: [0, 1].map((shift) => bytes([0, 1, 254, 255], shift)) } }],
  }),
  task({
    id: 'map',
    kind: 'map',
    channels: ['u', 'v'],
    labels: [{ image: 'b', label: { ...size, map: [map(0), map(1)] } }],
  }),
  task({
    id: 'kp',
    kind: 'keypoints',
    channels: ['u', 'v'],
    labels: [{ image: 'a', label: { keypoints: [[1.5, 2.25], null] } }],
  }),
  task({
    id: 'dots',
    kind: 'density',
    channels: ['u', 'v'],
    labels: [
      { image: 'a', label: { points: [[1.5, 2.25, 1]] } },
      { image: 'c', label: { points: [] } },
    ],
  }),
  task({
    id: 'tags',
    kind: 'tags',
    channels: ['u', 'v', 'w'],
    labels: [{ image: 'a', label: { tags: ['u'], not: ['w'] } }],
  }),
];

// Files of the first version must be read for ever, whoever wrote them.
describe.each(['typescript', 'rust'])('a session file of version 1 that %s wrote', (writer) => {
  it('is read as it was meant', async () => {
    const file = readFileSync(new URL(`../../../tests/session-files/${writer}.anolis`, import.meta.url));
    const session = await readSession(new Blob([file]));
    expect(session).toMatchObject({ name: 'cross ü', changed: new Date(1e12), weights: 'h', page: { task: 'mask' } });
    expect(session.tasks).toEqual(tasks);
    expect(session.images.map(({ id, name, files }) => [id, name, files.length])).toEqual([
      ['a', 'a.png', 1],
      ['b', 'b.png', 2],
      ['c', 'c', 0],
    ]);
    const [picture] = session.images[0]?.files ?? [];
    expect(decode(await (picture as Blob).arrayBuffer())).toMatchObject(size);
  });
});
