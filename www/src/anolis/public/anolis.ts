import { assets } from '../assets/index.js';
import { mergeAssets } from '../internal/assets.js';
import { Client } from '../internal/client.js';
import type { WorkerLike } from '../internal/connection.js';
import { Counter } from '../internal/counter.js';
import { hasSimd } from '../internal/simd.js';
import { postable } from '../internal/source.js';
import { spawnWorker } from '../internal/spawn.js';
import { errorOf } from './errors.js';
import { AnolisImage } from './image.js';
import type {
  Backend,
  ImageSources,
  LoadOptions,
  Notice,
  SearchOptions,
  SearchResult,
  TagOptions,
  TaskOptions,
  Timings,
} from './options.js';
import { type OpenSession, type OpenSessionOptions, readSession, type SessionFile } from './session-file.js';
import { TagTask } from './tags.js';
import { Task } from './task.js';

/**
 * A loaded network in a worker of its own.
 *
 * @example
 * ```ts
 * const anolis = await Anolis.load();
 * const task = await anolis.task({ kind: 'mask', channels: ['nucleus'] });
 * await task.add(labelledPicture, label);
 * const prediction = await task.predict(otherPicture);
 * ```
 */
export class Anolis {
  /** @internal Starts the worker, which is another kind of thing in Node. */
  static spawn: (url?: string | URL) => WorkerLike = spawnWorker;

  readonly #client: Client;
  readonly #images = new Counter();
  readonly #tasks = new Counter();

  private constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Starts the worker, fetches runtime and weights and checks the numbers.
   *
   * Rejects with a {@link BackendError}, {@link WeightsError}, {@link WorkerError} or {@link AbortError}.
   */
  static async load(options: LoadOptions = {}): Promise<Anolis> {
    if (!hasSimd()) throw errorOf('no-simd');
    const client = await Client.start(
      {
        backend: options.backend ?? 'auto',
        quality: options.quality ?? 'best',
        weights: options.weights ?? 'f16',
        memory: options.memory,
        threads: options.threads,
        assets: mergeAssets(assets, options.assets),
        spawn: () => Anolis.spawn(options.workerUrl),
        onProgress: options.onProgress,
        onNotice: options.onNotice,
      },
      options.signal,
    );
    return new Anolis(client);
  }

  /** Where the network runs now; a lost GPU turns `'webgpu'` into `'cpu'`. */
  get backend(): Backend {
    return this.#client.backend;
  }

  /** How many threads compute: several only on the CPU, and where {@link LoadOptions.threads} can be had; otherwise 1. */
  get threads(): number {
    return this.#client.threads;
  }

  /** How long the last start took, by phase: loading, or starting again after a crash. */
  get timings(): Timings {
    return this.#client.timings;
  }

  /** What happened on the way that the user may want to know, oldest first. */
  get notices(): readonly Notice[] {
    return this.#client.notices;
  }

  /** Hash of the weights, to store beside what was made with them. */
  get weightsHash(): string {
    return this.#client.weightsHash;
  }

  /**
   * Opens a picture, or two that are seen together, and encodes it, once for all tasks. Rejects with an {@link ImageError}.
   *
   * A `Blob` is read again when the picture is asked for after others have taken its place in memory
   * ({@link LoadOptions.memory}), so a file has to stay as it is while the picture is open. Of other sources a copy is kept,
   * at most 512 pixels a side.
   *
   * @example
   * ```ts
   * const slide = await anolis.image([stained, fluorescent]);
   * ```
   */
  async image(sources: ImageSources, options: { signal?: AbortSignal } = {}): Promise<AnolisImage> {
    const image = this.#images.next();
    const input = { image, sources: await postable(sources) };
    const opened = await this.#client.call('addImage', input, options.signal);
    return new AnolisImage(this.#client, image, opened.width, opened.height, opened.notices);
  }

  /** Begins a task without examples. Rejects with a {@link LabelError}. */
  async task(options: TagOptions): Promise<TagTask>;
  async task(options: TaskOptions): Promise<Task>;
  async task(options: TaskOptions | TagOptions): Promise<Task | TagTask> {
    const task = this.#tasks.next();
    if (options.kind === 'tags') {
      await this.#client.call('addTagTask', { task, names: [...options.channels] });
      return new TagTask(this, this.#client, task, options);
    }
    const { kind, channels, overlap = false, images = 1 } = options;
    await this.#client.call('addTask', { task, kind, channels: [...channels], overlap, images });
    return new Task(this, this.#client, task, { kind, channels: [...channels], overlap, images });
  }

  /**
   * Opens a session: its pictures, and its tasks with their examples and adapters. An adapter of other weights is left out,
   * with a notice.
   *
   * Rejects with a {@link SessionError}, an {@link ImageError}, or `'aborted'`; nothing of the session stays open then.
   *
   * @example
   * ```ts
   * const { tasks: [{ task }] } = await anolis.open(await (await fetch('nuclei.anolis')).blob());
   * ```
   */
  async open(session: Blob | SessionFile, options: OpenSessionOptions = {}): Promise<OpenSession> {
    const read = session instanceof Blob ? await readSession(session) : session;
    const { open } = await import('../internal/session/open.js');
    return open(this, read, options);
  }

  /**
   * Open pictures that have what an operation on the tags of two of them makes, the most alike first. Nothing has to be
   * labelled for it.
   */
  async search({ op, a, b, among, count = 20, signal }: SearchOptions): Promise<SearchResult[]> {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`Ask for 1 picture or more, not ${count}.`);
    const input = { op, a: a.id, b: b.id, images: among.map(({ id }) => id), count };
    const found = await this.#client.call('search', input, signal);
    return found.map(({ image, score, heat, width, height }) => ({
      image: among.find(({ id }) => id === image) as AnolisImage,
      score,
      heat: { width, height, data: heat },
    }));
  }

  /** Ends the worker and frees everything in it; waiting calls reject with `'disposed'`. */
  dispose(): void {
    this.#client.dispose();
  }
}
