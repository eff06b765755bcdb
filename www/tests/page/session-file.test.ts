import { describe, expect, it } from 'vitest';
import { readSession, type SessionFile, writeSession } from '../../src/anolis/public/session-file.js';
import { nothingHere } from '../../src/page/model/label.js';
import type { Picture } from '../../src/page/model/picture.js';
import { Session } from '../../src/page/model/session.js';
import { fromFile, toFile } from '../../src/page/model/session-file.js';
import { drag, opened, picture } from './support.js';

const read = async (id: string, name: string, file: Blob): Promise<Picture> => ({ ...picture(id), name, file });
const reopen = async (session: Session) => {
  const { saved, problems } = await fromFile(await readSession(await writeSession(toFile(session))), [], read);
  const again = new Session();
  again.restore(saved);
  return { again, problems };
};
const labels = ({ pictures }: Session) => pictures.map(({ labels }) => labels);

describe('a session of the page in a file', () => {
  it('comes back with every kind of label', async () => {
    const { session, pen } = opened();
    drag(pen, { x: 16, y: 16 }, { x: 20, y: 16 });
    session.addChannel('rim');
    drag(pen, { x: 5, y: 5 });
    session.setKind('density');
    drag(pen, { x: 3, y: 4 });
    session.setKind('map');
    session.set({ value: 0.25 });
    drag(pen, { x: 8, y: 8 }, { x: 12, y: 8 });
    session.addChannel('second');
    drag(pen, { x: 20, y: 8 }, { x: 12, y: 8 });
    session.setKind('keypoints');
    session.addChannel('tail');
    drag(pen, { x: 9, y: 9 });
    session.select(session.pictures[1]);
    session.setLabel(session.pictures[1] as Picture, nothingHere('keypoints', { width: 32, height: 32, channels: 1 }));
    session.rename('four kinds');
    session.set({ opacity: 0.3 });
    const { again, problems } = await reopen(session);
    expect(labels(again)).toEqual(labels(session));
    expect(again).toMatchObject({ name: 'four kinds', kind: 'keypoints', opacity: 0.3, tasks: session.tasks });
    expect(again.selected?.name).toBe('b');
    expect(problems).toEqual([]);
  });

  it('keeps whether unpainted pixels are unknown or background', async () => {
    for (const partial of [true, false]) {
      const { session, pen } = opened();
      session.setPartial(partial);
      drag(pen, { x: 16, y: 16 });
      expect(labels((await reopen(session)).again)).toEqual(labels(session));
    }
  });

  it('keeps what was tuned, with the weights it belongs to', async () => {
    const { session } = opened();
    session.setAdapter('mask', { bytes: Uint8Array.of(1, 2, 3), weights: 'hash' });
    const { again } = await reopen(session);
    expect(again.tasks.mask.adapter).toEqual({ bytes: Uint8Array.of(1, 2, 3), weights: 'hash' });
    expect(again.tasks.map.adapter).toBeUndefined();
  });

  it('gets ids of its own, so that it can be opened beside itself', async () => {
    const { session } = opened();
    const { again } = await reopen(session);
    expect(again.id).not.toBe(session.id);
    expect(again.pictures.map(({ id }) => id)).not.toEqual(session.pictures.map(({ id }) => id));
  });

  it('says what the page cannot show', async () => {
    const size = { width: 32, height: 32 };
    const files = [new Blob(['a'])];
    const file: SessionFile = {
      name: '',
      changed: new Date(),
      images: [
        { id: 'a', name: 'a.png', files, ...size },
        { id: 'b', name: 'b.png', files: [], ...size },
        { id: 'c', name: 'c.png', files: [...files, ...files], ...size },
      ],
      tasks: [
        { id: 'one', kind: 'mask', channels: ['cell'], labels: [] },
        { id: 'two', kind: 'mask', channels: ['second mask'], labels: [] },
        { id: 'three', kind: 'mask', channels: ['x', 'y'], labels: [], overlap: true },
      ],
      page: 'not of this page',
    };
    const { saved, problems } = await fromFile(file, [], read);
    expect(saved.pictures.map(({ name }) => name)).toEqual(['a.png', 'c.png']);
    expect(saved.tasks.mask.channels).toEqual(['cell']);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['b.png', 'c.png', 'second mask', 'x, y']);
  });

  it('takes pictures that it only refers to from those given, by their names', async () => {
    const image = { id: 'a', name: 'a.png', files: [], width: 32, height: 32 };
    const file = { name: '', changed: new Date(), images: [image], tasks: [] };
    const given = [new File(['other'], 'b.png'), new File(['mine'], 'a.png')];
    const { saved, problems } = await fromFile(file, given, read);
    expect(await saved.pictures[0]?.file.text()).toBe('mine');
    expect(problems).toEqual([]);
  });

  it('is refused when a picture has not the size of its labels', async () => {
    const image = { id: 'a', name: 'a.png', files: [new Blob(['a'])], width: 31, height: 32 };
    const file = { name: '', changed: new Date(), images: [image], tasks: [] };
    await expect(fromFile(file, [], read)).rejects.toMatchObject({ code: 'session-file' });
  });
});
