import type { Phase, Timings } from '../public/options.js';

/** Measures how long each phase of loading takes. */
export class PhaseClock {
  readonly #timings: Record<Phase, number> = { runtime: 0, weights: 0, 'self-test': 0 };
  #phase: Phase | undefined;
  #since = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Ends the phase before; entering the one that runs changes nothing. */
  enter(phase: Phase): void {
    if (phase === this.#phase) return;
    this.stop();
    this.#phase = phase;
  }

  /** Ends the phase that runs, and says what all took. */
  stop(): Timings {
    const now = this.now();
    if (this.#phase) this.#timings[this.#phase] += now - this.#since;
    this.#since = now;
    this.#phase = undefined;
    return this.#timings;
  }
}
