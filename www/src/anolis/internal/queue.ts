import { errorOf } from '../public/errors.js';

/** Order in which waiting calls run; the same lane keeps the order of arrival. */
export const lanes = ['stroke', 'quick', 'encode', 'full', 'adapt'] as const;

/** One of {@link lanes}. */
export type Lane = (typeof lanes)[number];

/** A call that waits for its turn. */
export interface Job<T> {
  /** Chosen by the caller, to cancel by. */
  readonly id: number;
  readonly lane: Lane;
  readonly run: () => T | Promise<T>;
}

interface Waiting {
  readonly job: Job<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Runs one call at a time, short ones first. */
export class CallQueue {
  readonly #waiting = new Map<Lane, Waiting[]>(lanes.map((lane) => [lane, []]));
  #running = false;

  /** `turn` lets messages that arrived meanwhile in, so that a stroke can overtake waiting predictions. */
  constructor(private readonly turn: () => Promise<void> = nextTurn) {}

  push<T>(job: Job<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.get(job.lane)?.push({ job, resolve: resolve as (value: unknown) => void, reject });
      void this.#drain();
    });
  }

  /** Rejects the call if it still waits; a running one is left to end. */
  cancel(id: number): void {
    for (const lane of this.#waiting.values()) {
      const place = lane.findIndex(({ job }) => job.id === id);
      if (place >= 0) lane.splice(place, 1)[0]?.reject(errorOf('aborted'));
    }
  }

  async #drain(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    await this.turn();
    for (let next = this.#next(); next; next = this.#next()) {
      try {
        next.resolve(await next.job.run());
      } catch (reason) {
        next.reject(reason);
      }
      await this.turn();
    }
    this.#running = false;
  }

  #next(): Waiting | undefined {
    for (const lane of this.#waiting.values()) {
      const next = lane.shift();
      if (next) return next;
    }
    return undefined;
  }
}

// A message, because timers are clamped to 4 ms and promises would not let other messages in.
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
