import type { Client } from '../internal/client.js';
import type { TagFound } from '../internal/engine.js';
import type { Anolis } from './anolis.js';
import { errorOf } from './errors.js';
import { AnolisImage } from './image.js';
import type { Live, LiveOptions, LiveSource } from './live.js';
import type { ImageSource, TagOptions } from './options.js';

/** What a person says of a picture's tags. */
export interface TagLabel {
  /** The tags it has. */
  readonly tags: readonly string[];
  /** The tags it has not; every other one by default. Of tags that are in neither list nothing is said. */
  readonly not?: readonly string[];
}

/** What is known of one tag of a picture. */
export interface TagAnswer {
  readonly name: string;
  /** From 0 to 1; 0.5 for a tag that no example says anything about. */
  readonly probability: number;
  /** The probability above which the tag is decided as present, by the examples. */
  readonly threshold: number;
  /** Whether it is. */
  readonly present: boolean;
  /** Examples that say most for (weight above 0) or against it, the weightiest first. */
  readonly because: readonly { readonly example: number; readonly weight: number }[];
}

/** Tags of whole pictures, and the examples they are learnt from. */
export class TagTask {
  readonly #anolis: Anolis;
  readonly #client: Client;
  readonly #id: number;
  readonly #names: string[];
  // Examples are named by their picture; those the task opened itself it also closes.
  readonly #examples = new Map<number, { image: AnolisImage; own: boolean }>();

  /** @internal */
  constructor(anolis: Anolis, client: Client, id: number, options: TagOptions) {
    this.#anolis = anolis;
    this.#client = client;
    this.#id = id;
    this.#names = [...options.channels];
  }

  /** Names of the tags, in order. */
  get channels(): readonly string[] {
    return this.#names;
  }

  /** Adds a tag after the others, of which nothing is said yet. Rejects with a {@link LabelError}. */
  async addTag(name: string): Promise<void> {
    await this.#client.call('addTag', { task: this.#id, name });
    this.#names.push(name);
  }

  /** Adds a picture with what is said of its tags and answers the example's id. Rejects with a {@link LabelError} or {@link ImageError}. */
  async add(picture: AnolisImage | ImageSource, label: TagLabel): Promise<number> {
    const said = this.#said(label);
    const own = !(picture instanceof AnolisImage);
    const image = own ? await this.#anolis.image(picture) : picture;
    try {
      await this.#client.call('setTags', { task: this.#id, image: image.id, said });
    } catch (reason) {
      if (own) await image.dispose();
      throw reason;
    }
    this.#examples.set(image.id, { image, own });
    return image.id;
  }

  /** Says something else of an example's tags. */
  async update(example: number, label: TagLabel): Promise<void> {
    const { image } = this.#get(example);
    await this.#client.call('setTags', { task: this.#id, image: image.id, said: this.#said(label) });
  }

  /** Takes an example out of the task. */
  async remove(example: number): Promise<void> {
    const { image, own } = this.#get(example);
    await this.#client.call('removeLabel', { task: this.#id, image: image.id });
    // Kept where the worker died, so that the call can be made again.
    this.#examples.delete(example);
    if (own) await image.dispose();
  }

  /** What is known of every tag of a picture, in order. Rejects with `'empty-support'` as long as there are no examples. */
  async predict(
    picture: AnolisImage | ImageSource,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<TagAnswer[]> {
    const own = !(picture instanceof AnolisImage);
    const image = own ? await this.#anolis.image(picture, signal ? { signal } : {}) : picture;
    try {
      const found = await this.#client.call('predictTags', { task: this.#id, image: image.id }, signal);
      return this.#answers(found);
    } finally {
      // It is gone anyway when the worker is.
      if (own) image.dispose().catch(() => {});
    }
  }

  /** As `Task.live`: the canvas shows the frames, `onFrame` tells of each what is known of every tag. */
  async live(
    source: LiveSource,
    canvas: HTMLCanvasElement | OffscreenCanvas,
    options: LiveOptions = {},
  ): Promise<Live> {
    const { startLive } = await import('../internal/live/start.js');
    const follower = {
      id: this.#id,
      of: { kind: 'tags', channels: this.#names } as const,
      isBlank: () => this.#examples.size === 0,
      tagsOf: (found: readonly TagFound[]) => this.#answers(found),
    };
    return startLive(this.#client, follower, source, canvas, options);
  }

  /** Frees the task; pictures that were passed in open stay open. */
  async dispose(): Promise<void> {
    const own = [...this.#examples.values()].filter((example) => example.own);
    this.#examples.clear();
    await this.#client.call('removeTask', { task: this.#id });
    await Promise.all(own.map(({ image }) => image.dispose()));
  }

  #answers(found: readonly TagFound[]): TagAnswer[] {
    return found.map((tag, place) => answerOf(this.#names[place] ?? '', tag));
  }

  /** For each tag 1 (yes), 0 (no) or -1 (nothing is said). */
  #said({ tags, not }: TagLabel): Int8Array {
    const said = new Int8Array(this.#names.length).fill(not ? -1 : 0);
    for (const name of not ?? []) said[this.#place(name)] = 0;
    for (const name of tags) {
      if (not?.includes(name)) throw errorOf('label-tags', `A picture cannot have and not have '${name}'.`);
      said[this.#place(name)] = 1;
    }
    return said;
  }

  #place(name: string): number {
    const place = this.#names.indexOf(name);
    if (place < 0) throw errorOf('label-tags', `The task has no tag '${name}'; add it first.`);
    return place;
  }

  #get(example: number) {
    const found = this.#examples.get(example);
    if (!found) throw errorOf('unknown-example');
    return found;
  }
}

function answerOf(name: string, { probability, threshold, images, weights }: TagFound): TagAnswer {
  const because = Array.from(images, (example, i) => ({ example, weight: weights[i] ?? 0 }));
  return { name, probability, threshold, present: probability > threshold, because };
}
