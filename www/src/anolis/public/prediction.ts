/** What a task predicts on one picture. */
export class Prediction {
  readonly #data: Float32Array;

  /** @internal */
  constructor(
    /** Width in pixels. */
    readonly width: number,
    /** Height in pixels. */
    readonly height: number,
    /** Names of the classes, in order. */
    readonly channels: readonly string[],
    data: Float32Array,
    /** Time the worker spent on it. */
    readonly milliseconds: number,
  ) {
    this.#data = data;
  }

  /** Probability from 0 to 1 of a class, counted from 0, row by row; a view, not a copy. */
  probability(channel: number): Float32Array {
    const size = this.width * this.height;
    if (!Number.isInteger(channel) || channel < 0 || channel >= this.channels.length) {
      throw new RangeError(`There is no channel ${channel}; use 0 to ${this.channels.length - 1}.`);
    }
    return this.#data.subarray(channel * size, (channel + 1) * size);
  }

  /** Class ids: 1 to n where the likeliest class has at least one half, 0 elsewhere. */
  mask(): Uint8Array {
    const size = this.width * this.height;
    const mask = new Uint8Array(size);
    const best = new Float32Array(size).fill(0.5);
    for (let channel = 0; channel < this.channels.length; channel += 1) {
      const probability = this.probability(channel);
      for (let pixel = 0; pixel < size; pixel += 1) {
        const value = probability[pixel] as number;
        const top = best[pixel] as number;
        if (value > top || (value === top && mask[pixel] === 0)) {
          best[pixel] = value;
          mask[pixel] = channel + 1;
        }
      }
    }
    return mask;
  }
}
