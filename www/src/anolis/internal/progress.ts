import type { Phase, Progress } from '../public/options.js';

const spans: Record<Phase, readonly [number, number]> = {
  runtime: [0, 0.15],
  weights: [0.15, 0.6],
  'self-test': [0.6, 1],
};

/** Maps the progress of each phase to one fraction that never goes back. */
export class ProgressMeter {
  #floor = 0;
  #last = 0;

  constructor(private readonly listener: ((progress: Progress) => void) | undefined) {}

  /** `done` is the fraction of `phase` alone. */
  report(phase: Phase, done: number): void {
    const [from, to] = spans[phase];
    const within = from + (to - from) * Math.min(1, Math.max(0, done));
    this.#last = Math.max(this.#last, this.#floor + (1 - this.#floor) * within);
    this.listener?.({ fraction: this.#last, phase });
  }

  /** Another backend starts from the beginning: fit it into what is left of the bar. */
  restart(): void {
    this.#floor = this.#last;
  }
}
