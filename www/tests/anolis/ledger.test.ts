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
