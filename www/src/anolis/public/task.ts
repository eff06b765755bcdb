import type { Client } from '../internal/client.js';
import { postableLabel } from '../internal/labels.js';
import type { Anolis } from './anolis.js';
import { errorOf } from './errors.js';
import { AnolisImage } from './image.js';
import type { Label } from './labels.js';
import type { ImageSource, PredictOptions, TaskOptions } from './options.js';
import { Prediction } from './prediction.js';

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
  async add(picture: AnolisImage | ImageSource, label: Label): Promise<number> {
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
    this.#examples.delete(example);
    await this.#client.call('removeLabel', { task: this.#id, image: image.id });
    if (own) await image.dispose();
  }

  /** Predicts the task on a picture. Rejects with `'empty-support'` as long as there are no examples. */
  async predict(picture: AnolisImage | ImageSource, options: PredictOptions = {}): Promise<Prediction> {
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

  /** Frees the task; pictures that were passed in open stay open. */
  async dispose(): Promise<void> {
    const own = [...this.#examples.values()].filter((example) => example.own);
    this.#examples.clear();
    await this.#client.call('removeTask', { task: this.#id });
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
