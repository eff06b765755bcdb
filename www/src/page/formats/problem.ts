import { messages } from '../messages.js';

/** A file of labels that cannot be used, with a sentence for the user. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** Reads JSON, or says whose it is not. */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(messages.exchange.damaged(name), { cause });
  }
}

/** The text of a file. */
export function textOf(data: string | Uint8Array): string {
  return typeof data === 'string' ? data : new TextDecoder().decode(data);
}
