import type { Client } from '../internal/client.js';
import { freed } from '../internal/freed.js';
import { postableLabel } from '../internal/labels.js';
import type { Anolis } from './anolis.js';
import { errorOf } from './errors.js';
import { AnolisImage } from './image.js';
import type { Label } from './labels.js';
import type { Live, LiveOptions, LiveSource } from './live.js';
import type { AdaptOptions, AdaptReport, ImageSources, PredictOptions, TaskOptions } from './options.js';
import { Prediction } from './prediction.js';
import type { TiledPrediction, TilesOptions } from './tiles.js';

/** What is to be predicted, and the examples it is learnt from. */
export class Task {
  readonly #anolis: Anolis;
  readonly #client: Client;
  readonly #id: number;
  // Examples are named by their picture; those the task opened itself it also closes.
  readonly #examples = new Map<number, { image: AnolisImage; own: boolean }>();

  /** @internal */
  constructor(
    anolis: Anolis,
    client: Client,
    id: number,
    /** What it was begun with. */
    readonly options: Required<TaskOptions>,
  ) {
    this.#anolis = anolis;
    this.#client = client;
    this.#id = id;
  }

  /** Names of the classes, keypoints, components or objects, in order. */
  get channels(): readonly string[] {
    return this.options.channels;
  }

  /** Adds a picture with a label of the task's kind and answers the example's id. Rejects with a {@link LabelError} or {@link ImageError}. */
  async add(picture: AnolisImage | ImageSources, label: Label): Promise<number> {
    const own = !(picture instanceof AnolisImage);
    const image = own ? await this.#anolis.image(picture) : picture;
    try {
      await this.#setLabel(image, label);
    } catch (reason) {
      if (own) await image.dispose();
      throw reason;
    }
    this.#examples.set(image.id, { image, own });
    return image.id;
  }

  /** Replaces the label of an example; predictions that wait will use the new one. */
  async update(example: number, label: Label): Promise<void> {
    await this.#setLabel(this.#get(example).image, label);
  }

  /** Takes an example out of the task. */
  async remove(example: number): Promise<void> {
    const { image, own } = this.#get(example);
    await this.#client.call('removeLabel', { task: this.#id, image: image.id });
    // Kept where the worker died, so that the call can be made again.
    this.#examples.delete(example);
    if (own) await image.dispose();
  }

  /** Predicts the task on a picture. Rejects with `'empty-support'` as long as there are no examples. */
  async predict(picture: AnolisImage | ImageSources, options: PredictOptions = {}): Promise<Prediction> {
    const own = !(picture instanceof AnolisImage);
    const image = own ? await this.#anolis.image(picture, options) : picture;
    const { width = image.width, height = image.height, quick = false, signal } = options;
    try {
      const input = { task: this.#id, image: image.id, width, height, quick };
      const { answer, milliseconds } = await this.#client.call('predict', input, signal);
      return new Prediction(width, height, this.options, answer, milliseconds);
    } finally {
      // It is gone anyway when the worker is.
      if (own) image.dispose().catch(() => {});
    }
  }

  /**
   * Predicts the task on a picture of any size, tile by tile: tiles overlap and are blended, so that no seams show. The picture
   * is decoded once, and beside it and the answer only the tiles of one row are in memory. Rejects as
   * {@link Task.predict} does, and with `'tiles'` for tiles that cannot be.
   *
   * @example
   * ```ts
   * const slide = await task.predictTiles(file, { tile: 512, onProgress: ({ done, total }) => show(done / total) });
   * ```
   */
  async predictTiles(picture: ImageSources, options: TilesOptions = {}): Promise<TiledPrediction> {
    const sides = [...this.#examples.values()].map(({ image }) => Math.max(image.width, image.height));
    if (sides.length === 0) throw errorOf('empty-support');
    const usual = Math.round(sides.reduce((sum, side) => sum + side, 0) / sides.length);
    const { predictTiles } = await import('../internal/predict-tiles.js');
    return predictTiles(this.#anolis, this, picture, options, Math.max(usual, 64));
  }

  /**
   * Follows a video or a camera and draws every frame with its overlay into a canvas, as fast as it goes: the newest frame
   * wins, none waits. Nothing of a frame is kept. Without examples frames are shown as they are, so that it may be begun
   * before the first one; predictions follow the examples as they change.
   *
   * Rejects with a {@link LiveError} for a source without a picture or a canvas that something else draws on, `'image-count'`
   * for a task on pairs, `'aborted'`, and with a `RangeError` for a view or channel that the task has not.
   *
   * @example
   * ```ts
   * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
   * const live = await task.live(camera, canvas, {
   *   view: 'contour',
   *   onFrame: ({ framesPerSecond }) => (rate.textContent = `${framesPerSecond.toFixed(0)} frames a second`),
   * });
   * ```
   */
  async live(
    source: LiveSource,
    canvas: HTMLCanvasElement | OffscreenCanvas,
    options: LiveOptions = {},
  ): Promise<Live> {
    if (this.options.images > 1) throw errorOf('image-count');
    const { startLive } = await import('../internal/live/start.js');
    const follower = { id: this.#id, of: this.options, isBlank: () => this.#examples.size === 0 };
    return startLive(this.#client, follower, source, canvas, options);
  }

  /**
   * Which of some open pictures to label next, the most useful first; at most `count`, never examples of the task.
   *
   * Without examples it begins with the most typical picture; each further one stands for pictures that neither the examples
   * nor the suggestions before it resemble. Nothing is predicted for it, so it is quick.
   */
  async suggest(pictures: readonly AnolisImage[], count = 1): Promise<AnolisImage[]> {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`Ask for 1 picture or more, not ${count}.`);
    const images = pictures.map(({ id }) => id);
    const found = await this.#client.call('suggest', { task: this.#id, images, count });
    return found.map((id) => pictures[images.indexOf(id)] as AnolisImage);
  }

  /**
   * Tunes the task's own copy of a part of the network on its examples, the image encoder unless `level` says otherwise;
   * predictions use it unless the examples, each held out once, refute it. Other calls are answered between the
   * steps.
   *
   * Rejects with a {@link LabelError} when the examples say too little, an {@link AbortError}, or `'adaptation-lost'` when
   * the worker had to be started again meanwhile. The task then stays as it was.
   */
  async adapt(options: AdaptOptions = {}): Promise<AdaptReport> {
    const { level: wanted = 'auto', seconds = Number.POSITIVE_INFINITY, seed = 0, resume = false } = options;
    const { onProgress, signal } = options;
    const task = this.#id;
    const begin = { task, level: wanted, steps: options.steps ?? 240, seconds, seed, resume };
    const { level, steps } = await this.#client.call('adaptBegin', begin, signal);
    for (;;) {
      if (signal?.aborted) {
        await this.#client.call('adaptCancel', { task });
        throw errorOf('aborted');
      }
      const progress = await this.#client.call('adaptStep', { task });
      if (!progress) break;
      onProgress?.({ ...progress, steps });
    }
    const { report, adapter } = await this.#client.call('adaptFinish', { task });
    // Said once more, so that a worker that is started again knows it too.
    if (report.used) await this.#client.call('setAdapter', { task, adapter });
    return { level, ...report };
  }

  /** What an adaptation has tuned, as a file to keep; `undefined` where nothing is. */
  async adapter(): Promise<Uint8Array | undefined> {
    return this.#client.call('adapter', { task: this.#id });
  }

  /**
   * Uses an adapter that was made with the same weights (`Anolis.weightsHash`), or with `undefined` none. Rejects with
   * `'adapter'` when it is damaged or of another network; the task then stays as it was.
   */
  async setAdapter(adapter: Uint8Array | undefined): Promise<void> {
    await this.#client.call('setAdapter', { task: this.#id, adapter: adapter?.slice() });
  }

  /** Goes back to the task without adaptation; nothing is left to resume. */
  async forgetAdaptation(): Promise<void> {
    await this.setAdapter(undefined);
  }

  /** Frees the task; pictures that were passed in open stay open. */
  async dispose(): Promise<void> {
    const own = [...this.#examples.values()].filter((example) => example.own);
    this.#examples.clear();
    await freed(this.#client.call('removeTask', { task: this.#id }));
    await Promise.all(own.map(({ image }) => image.dispose()));
  }

  async #setLabel(image: AnolisImage, label: Label): Promise<void> {
    const posted = postableLabel(label, image.width, image.height);
    await this.#client.call('setLabel', { task: this.#id, image: image.id, label: posted });
  }

  #get(example: number) {
    const found = this.#examples.get(example);
    if (!found) throw errorOf('unknown-example');
    return found;
  }
}
