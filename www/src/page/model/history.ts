/** Steps that can be taken back and forth, the oldest forgotten beyond `limit`. */
export class History<Step> {
  #done: Step[] = [];
  #undone: Step[] = [];

  constructor(private readonly limit = 200) {}

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** A new step makes those that were undone unreachable. */
  push(step: Step): void {
    this.#done.push(step);
    this.#undone = [];
    if (this.#done.length > this.limit) this.#done.shift();
  }

  undo(): Step | undefined {
    const step = this.#done.pop();
    if (step !== undefined) this.#undone.push(step);
    return step;
  }

  redo(): Step | undefined {
    const step = this.#undone.pop();
    if (step !== undefined) this.#done.push(step);
    return step;
  }

  /** Forgets steps, such as those of a picture that was removed. */
  forget(belongs: (step: Step) => boolean): void {
    this.#done = this.#done.filter((step) => !belongs(step));
    this.#undone = this.#undone.filter((step) => !belongs(step));
  }
}
