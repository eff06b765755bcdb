import type { Decoded } from './decode.js';
import type { PostableSource } from './protocol.js';

/** How bytes are fetched. */
export type Fetch = (url: string) => Promise<Response>;

/** What a worker needs of the place it runs in. */
export interface Host {
  readonly fetch: Fetch;
  readonly decode: (source: PostableSource) => Promise<Decoded>;
}
