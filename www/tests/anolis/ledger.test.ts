import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/anolis/internal/ledger.js';

const sources = [new Blob()];
const label = (task: number, image: number) => ({
  task,
  image,
  label: { form: 'keypoints', data: new Float32Array(3) } as const,
});

describe('Ledger', () => {
  it('tells pictures, then tasks, then the newest labels', () => {
    const ledger = new Ledger();
    ledger.record('addTask', { task: 1, kind: 'mask', channels: ['a'], overlap: false, images: 1 });
    ledger.record('addImage', { image: 1, sources });
    ledger.record('setLabel', label(1, 1));
    ledger.record('setLabel', label(1, 1));
    expect([...ledger.replay()].map(([operation]) => operation)).toEqual(['addImage', 'addTask', 'setLabel']);
  });

  it('tells pictures that are seen together, and how many a task sees', () => {
    const ledger = new Ledger();
    const [pair, task] = [
      { image: 1, sources: [new Blob(), new Blob()] },
      { task: 1, kind: 'mask', channels: ['a'], overlap: false, images: 2 },
    ];
    ledger.record('addTask', task);
    ledger.record('addImage', pair);
    expect([...ledger.replay()]).toEqual([
      ['addImage', pair],
      ['addTask', task],
    ]);
  });

  it('tells the adapter before the labels, and the newest one', () => {
    const ledger = new Ledger();
    ledger.record('addTask', { task: 1, kind: 'mask', channels: ['a'], overlap: false, images: 1 });
    ledger.record('addImage', { image: 1, sources });
    ledger.record('setLabel', label(1, 1));
    for (const byte of [1, 2]) ledger.record('setAdapter', { task: 1, adapter: Uint8Array.of(byte) });
    const said = [...ledger.replay()];
    expect(said.map(([operation]) => operation)).toEqual(['addImage', 'addTask', 'setAdapter', 'setLabel']);
    expect(said[2]?.[1]).toEqual({ task: 1, adapter: Uint8Array.of(2) });
    ledger.record('removeTask', { task: 1 });
    expect([...ledger.replay()]).toHaveLength(1);
  });

  it('tells tags with those that were added later, and the newest of what is said of them', () => {
    const ledger = new Ledger();
    ledger.record('addTagTask', { task: 1, names: ['a'] });
    ledger.record('addImage', { image: 1, sources });
    ledger.record('addTag', { task: 1, name: 'b' });
    for (const said of [[1], [0, 1]]) ledger.record('setTags', { task: 1, image: 1, said: Int8Array.from(said) });
    const replay = [...ledger.replay()];
    expect(replay.map(([operation]) => operation)).toEqual(['addImage', 'addTagTask', 'setTags']);
    expect(replay[1]?.[1]).toEqual({ task: 1, names: ['a', 'b'] });
    expect(replay[2]?.[1]).toEqual({ task: 1, image: 1, said: Int8Array.of(0, 1) });
    ledger.record('removeLabel', { task: 1, image: 1 });
    ledger.record('removeTask', { task: 1 });
    expect([...ledger.replay()]).toHaveLength(1);
  });

  it('forgets what belongs to a removed picture or task', () => {
    const ledger = new Ledger();
    for (const image of [1, 2]) ledger.record('addImage', { image, sources });
    ledger.record('addTask', { task: 1, kind: 'mask', channels: ['a'], overlap: false, images: 1 });
    for (const image of [1, 2]) ledger.record('setLabel', label(1, image));
    ledger.record('removeImage', { image: 1 });
    expect([...ledger.replay()]).toHaveLength(3);
    ledger.record('removeTask', { task: 1 });
    expect([...ledger.replay()].map(([operation]) => operation)).toEqual(['addImage']);
  });
});
