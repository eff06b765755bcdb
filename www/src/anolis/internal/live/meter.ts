import type { LiveStats } from '../../public/live.js';

/** Frames that a rate is the mean of. */
const WINDOW = 20;
/** A frame that is older, in milliseconds, says little about the rate of now. */
const LONGEST = 5000;

/** Counts frames and measures their rate. */
export class Meter {
  #frames = 0;
  #skipped = 0;
  #latency = 0;
  #shown: number[] = [];

  /** A frame that was taken and shown at these times, in milliseconds. */
  drawn(taken: number, shown: number): void {
    this.#frames += 1;
    this.#latency = shown - taken;
    const before = this.#shown.slice(1 - WINDOW);
    // Of the last two the rate is known however slow it is.
    this.#shown = [...before.filter((time, at) => at === before.length - 1 || shown - time <= LONGEST), shown];
  }

  skip(): void {
    this.#skipped += 1;
  }

  /** Frames were not wanted for a while, so the time since the last one says nothing. */
  rest(): void {
    this.#shown = [];
  }

  get stats(): LiveStats {
    const [first = 0] = this.#shown;
    const last = this.#shown.at(-1) ?? 0;
    const framesPerSecond = last > first ? (1000 * (this.#shown.length - 1)) / (last - first) : 0;
    return { frames: this.#frames, skipped: this.#skipped, framesPerSecond, latency: this.#latency };
  }
}
