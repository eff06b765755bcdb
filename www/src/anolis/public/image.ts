import type { Client } from '../internal/client.js';
import type { Notice } from './options.js';

/** A picture that is open and encoded, or two that are seen together. */
export class AnolisImage {
  readonly #client: Client;
  #open = true;

  /** @internal */
  constructor(
    client: Client,
    /** Stays the same as long as the picture is open. */
    readonly id: number,
    /** Width in pixels, as worked on; of two pictures the first one's. */
    readonly width: number,
    /** Height in pixels, as worked on. */
    readonly height: number,
    /** Such as `'image-downscaled'` or `'first-frame'`. */
    readonly notices: readonly Notice[],
  ) {
    this.#client = client;
  }

  /** Frees the picture and takes it out of every task. */
  async dispose(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#client.call('removeImage', { image: this.id });
  }
}
