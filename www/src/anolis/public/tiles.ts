import { errorOf } from './errors.js';
import type { TaskKind, TaskOptions } from './options.js';
import type { Found } from './prediction.js';

/** How far a prediction in tiles is. */
export interface TilesProgress {
  /** Tiles that are predicted, and in all. */
  readonly done: number;
  readonly total: number;
}

/** Options of `Task.predictTiles`. */
export interface TilesOptions {
  /**
   * Side of a tile in pixels of the picture, at least 64. By default about as long as the examples' pictures are, so that
   * things are seen at the size at which they were learnt.
   */
  readonly tile?: number;
  /** Share of a tile that it has in common with the next one at least, from 0 to 0.5; 0.25 by default. */
  readonly overlap?: number;
  /** Only the read-out: far quicker, less exact. */
  readonly quick?: boolean;
  /** Size of the prediction in pixels; the picture's by default. */
  readonly width?: number;
  readonly height?: number;
  /** Called after every tile. */
  readonly onProgress?: (progress: TilesProgress) => void;
  /** Stops after the tile that is predicted. */
  readonly signal?: AbortSignal;
}

/** What tiles say together. */
export interface TilesAnswer {
  /** Of masks: class ids, or a layer a channel where classes may overlap. */
  readonly masks: readonly Uint8Array[];
  /** Of maps: a component each. */
  readonly maps: readonly Float32Array[];
  readonly points: readonly Found[];
  readonly counts: readonly number[];
}

/** What a task predicts on a big picture, tile by tile. */
export class TiledPrediction {
  /** @internal */
  constructor(
    /** Width in pixels. */
    readonly width: number,
    /** Height in pixels. */
    readonly height: number,
    private readonly task: Required<TaskOptions>,
    private readonly answer: TilesAnswer,
  ) {}

  /** Kind of the task. */
  get kind(): TaskKind {
    return this.task.kind;
  }

  /** Names of the channels, in order. */
  get channels(): readonly string[] {
    return this.task.channels;
  }

  /** As `Prediction.mask`. Throws a {@link PredictionError} unless the task is a mask. */
  mask(channel = 0): Uint8Array {
    return this.#at('mask', 'mask', this.answer.masks, this.task.overlap ? channel : 0);
  }

  /** Values from 0 to 1 of a component, row by row. Throws a {@link PredictionError} unless the task is a map. */
  map(component = 0): Float32Array {
    return this.#at('map', 'map', this.answer.maps, component);
  }

  /** As `Prediction.points`. Throws a {@link PredictionError} unless the task has keypoints or is a density. */
  points(): readonly Found[] {
    if (this.kind === 'keypoints' || this.kind === 'density') return this.answer.points;
    throw errorOf('answer-kind', `A task of kind '${this.kind}' has no points().`);
  }

  /** As `Prediction.count`. Throws a {@link PredictionError} unless the task is a density. */
  count(channel = 0): number {
    return this.#at('count', 'density', this.answer.counts, channel);
  }

  #at<T>(answer: string, kind: TaskKind, all: readonly T[], channel: number): T {
    if (this.kind !== kind) throw errorOf('answer-kind', `A task of kind '${this.kind}' has no ${answer}() in tiles.`);
    const found = all[channel];
    if (found !== undefined) return found;
    throw new RangeError(`There is no channel ${channel}; use 0 to ${all.length - 1}.`);
  }
}
