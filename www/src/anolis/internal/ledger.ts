import type { Input, Operation } from './protocol.js';

type Entry = { [O in Operation]: readonly [O, Input<O>] }[Operation];

/** Remembers the session's pictures, tasks, adapters and labels, to tell them to a new worker. */
export class Ledger {
  readonly #images = new Map<number, Input<'addImage'>>();
  readonly #tasks = new Map<number, Input<'addTask'>>();
  readonly #adapters = new Map<number, Input<'setAdapter'>>();
  readonly #labels = new Map<string, Input<'setLabel'>>();

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
      case 'removeLabel':
        this.#labels.delete(`${value.task}/${value.image}`);
        break;
      case 'removeImage':
        this.#images.delete(value.image);
        this.#forgetLabels(({ image }) => image === value.image);
        break;
      case 'removeTask':
        this.#tasks.delete(value.task);
        this.#adapters.delete(value.task);
        this.#forgetLabels(({ task }) => task === value.task);
        break;
    }
  }

  /** What to do, in order, to bring a new worker to where the last one was. */
  *replay(): Generator<Entry> {
    for (const input of this.#images.values()) yield ['addImage', input];
    for (const input of this.#tasks.values()) yield ['addTask', input];
    for (const input of this.#adapters.values()) yield ['setAdapter', input];
    for (const input of this.#labels.values()) yield ['setLabel', input];
  }

  #forgetLabels(belongs: (label: Input<'setLabel'>) => boolean): void {
    for (const [key, label] of this.#labels) if (belongs(label)) this.#labels.delete(key);
  }
}
