import type { Input, Operation } from './protocol.js';

type Entry = { [O in Operation]: readonly [O, Input<O>] }[Operation];

/** Remembers the session's pictures, tasks, adapters, labels and tags, to tell them to a new worker. */
export class Ledger {
  readonly #images = new Map<number, Input<'addImage'>>();
  readonly #tasks = new Map<number, Input<'addTask'>>();
  readonly #adapters = new Map<number, Input<'setAdapter'>>();
  readonly #labels = new Map<string, Input<'setLabel'>>();
  readonly #tagTasks = new Map<number, Input<'addTagTask'>>();
  readonly #tags = new Map<string, Input<'setTags'>>();

  /** Takes note of an operation that succeeded. */
  record<O extends Operation>(operation: O, input: Input<O>): void {
    const [name, value] = [operation, input] as unknown as Entry;
    switch (name) {
      case 'addImage':
        this.#images.set(value.image, value);
        break;
      case 'addTask':
        this.#tasks.set(value.task, value);
        break;
      case 'setLabel':
        this.#labels.set(`${value.task}/${value.image}`, value);
        break;
      case 'setAdapter':
        this.#adapters.set(value.task, value);
        break;
      case 'addTagTask':
        this.#tagTasks.set(value.task, value);
        break;
      case 'addTag': {
        const { names } = this.#tagTasks.get(value.task) ?? { names: [] };
        this.#tagTasks.set(value.task, { task: value.task, names: [...names, value.name] });
        break;
      }
      case 'setTags':
        this.#tags.set(`${value.task}/${value.image}`, value);
        break;
      case 'removeLabel':
        for (const labels of [this.#labels, this.#tags]) labels.delete(`${value.task}/${value.image}`);
        break;
      case 'removeImage':
        this.#images.delete(value.image);
        this.#forgetLabels(({ image }) => image === value.image);
        break;
      case 'removeTask':
        this.#tasks.delete(value.task);
        this.#tagTasks.delete(value.task);
        this.#adapters.delete(value.task);
        this.#forgetLabels(({ task }) => task === value.task);
        break;
    }
  }

  /** What to do, in order, to bring a new worker to where the last one was. */
  *replay(): Generator<Entry> {
    for (const input of this.#images.values()) yield ['addImage', input];
    for (const input of this.#tasks.values()) yield ['addTask', input];
    for (const input of this.#tagTasks.values()) yield ['addTagTask', input];
    for (const input of this.#adapters.values()) yield ['setAdapter', input];
    for (const input of this.#labels.values()) yield ['setLabel', input];
    for (const input of this.#tags.values()) yield ['setTags', input];
  }

  #forgetLabels(belongs: (label: { task: number; image: number }) => boolean): void {
    for (const labels of [this.#labels, this.#tags]) {
      for (const [key, label] of labels) if (belongs(label)) labels.delete(key);
    }
  }
}
