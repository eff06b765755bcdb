import type { Answer } from '../internal/engine.js';
import { foundIn } from '../internal/found.js';
import { errorOf } from './errors.js';
import type { TaskKind, TaskOptions } from './options.js';

/** A point that was found. */
export interface Found {
  /** Pixels of the prediction from its top left corner, finer than its pixels. */
  readonly x: number;
  readonly y: number;
  /** 0 to 1, higher is surer; comparable within a task. */
  readonly score: number;
  /** Its channel, counted from 0. */
  readonly channel: number;
}

/** What a task predicts on one picture. */
export class Prediction {
  readonly #task: Required<TaskOptions>;
  readonly #answer: Answer;

  /** @internal */
  constructor(
    /** Width in pixels. */
    readonly width: number,
    /** Height in pixels. */
    readonly height: number,
    task: Required<TaskOptions>,
    answer: Answer,
    /** Time the worker spent on it. */
    readonly milliseconds: number,
  ) {
    this.#task = task;
    this.#answer = answer;
  }

  /** Kind of the task. */
  get kind(): TaskKind {
    return this.#task.kind;
  }

  /** Names of the channels, in order. */
  get channels(): readonly string[] {
    return this.#task.channels;
  }

  /**
   * Probability from 0 to 1 of a class, or heat of a keypoint, counted from 0, row by row; a view, not a copy.
   *
   * Throws a {@link PredictionError} unless the task is a mask or has keypoints.
   */
  probability(channel: number): Float32Array {
    this.#expect('probability', 'mask', 'keypoints');
    return this.#map(channel);
  }

  /**
   * Values from 0 to 1 of a map's component, or objects a pixel of a density, counted from 0, row by row; a view, not a copy.
   *
   * Throws a {@link PredictionError} unless the task is a map or a density.
   */
  map(component = 0): Float32Array {
    this.#expect('map', 'map', 'density');
    return this.#map(component);
  }

  /**
   * Class ids: 1 to n where the likeliest class has at least one half, 0 elsewhere. Where classes may overlap, 1 where the
   * given one has at least one half.
   *
   * Throws a {@link PredictionError} unless the task is a mask.
   */
  mask(channel = 0): Uint8Array {
    this.#expect('mask', 'mask');
    if (this.#task.overlap) return Uint8Array.from(this.#map(channel), (probability) => (probability >= 0.5 ? 1 : 0));
    return this.classes();
  }

  /**
   * Class ids of a mask, row by row: 0 for background, 1 to n for the channels. Where classes overlap the most probable one.
   *
   * Throws a {@link PredictionError} unless the task is a mask.
   */
  classes(): Uint8Array {
    this.#expect('classes', 'mask');
    const size = this.width * this.height;
    const mask = new Uint8Array(size);
    const best = new Float32Array(size).fill(0.5);
    for (let id = 1; id <= this.channels.length; id += 1) {
      const probability = this.#map(id - 1);
      for (let pixel = 0; pixel < size; pixel += 1) {
        const value = probability[pixel] as number;
        const top = best[pixel] as number;
        if (value > top || (value === top && mask[pixel] === 0)) {
          best[pixel] = value;
          mask[pixel] = id;
        }
      }
    }
    return mask;
  }

  /**
   * The keypoints, one a channel in order, or the objects of a density, the surest first. Objects that touch may be found
   * as one; {@link Prediction.count} is the better number.
   *
   * Throws a {@link PredictionError} unless the task has keypoints or is a density.
   */
  points(): Found[] {
    this.#expect('points', 'keypoints', 'density');
    return foundIn(this.#answer.points);
  }

  /**
   * How many objects of a channel there are, a fraction.
   *
   * Throws a {@link PredictionError} unless the task is a density.
   */
  count(channel = 0): number {
    this.#expect('count', 'density');
    this.#check(channel);
    return this.#answer.counts[channel] as number;
  }

  /**
   * How far each pixel can be trusted, row by row, 0 where the answer is sure; a view, not a copy.
   *
   * - masks: probability that the pixel's class is wrong; where classes may overlap, that of its least sure class
   * - others: expected absolute error, averaged over the channels, in the unit of {@link Prediction.probability} or
   *   {@link Prediction.map}
   *
   * It is learnt from examples that are predicted from the others, so it is worth little with one or two. Quick predictions
   * use what the last full one learnt.
   */
  uncertainty(): Float32Array {
    return this.#answer.uncertainty;
  }

  /** One number that ranks the pictures of a task by how far their predictions can be trusted; 0 where all is sure. */
  get imageUncertainty(): number {
    return this.#answer.imageUncertainty;
  }

  #map(channel: number): Float32Array {
    this.#check(channel);
    const size = this.width * this.height;
    return this.#answer.maps.subarray(channel * size, (channel + 1) * size);
  }

  #check(channel: number): void {
    if (!Number.isInteger(channel) || channel < 0 || channel >= this.channels.length) {
      throw new RangeError(`There is no channel ${channel}; use 0 to ${this.channels.length - 1}.`);
    }
  }

  #expect(answer: string, ...kinds: TaskKind[]): void {
    if (!kinds.includes(this.kind)) {
      throw errorOf('answer-kind', `A task of kind '${this.kind}' has no ${answer}().`);
    }
  }
}
