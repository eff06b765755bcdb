import { messages } from './messages.js';

const own = new WeakSet<Error>();

/** Marks an error whose message is a sentence of the page already. */
export function inOwnWords<E extends Error>(error: E): E {
  own.add(error);
  return error;
}

/** What to tell of an error or a notice, in the language that is spoken: by its code, or else as it says itself. */
export function sentence(reason: unknown): string {
  if (reason instanceof Error && own.has(reason)) return reason.message;
  const { code, message } = (reason ?? {}) as { code?: unknown; message?: unknown };
  const spoken: Readonly<Partial<Record<string, string>>> = messages.errors;
  return (typeof code === 'string' ? spoken[code] : undefined) ?? (message ? String(message) : String(reason));
}
