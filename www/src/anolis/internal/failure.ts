import { type AnolisError, type ErrorCode, errorOf, isErrorCode } from '../public/errors.js';

/** An error as it crosses the worker border, where classes and codes would be lost. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The WebAssembly module trapped: nothing in this worker can be used any more. */
  readonly fatal: boolean;
}

/** What a worker call answers. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Turns whatever was thrown into a failure; `fallback` is the code of errors that carry none. */
export function failureOf(thrown: unknown, fallback: ErrorCode = 'internal'): Failure {
  if (isTrap(thrown)) return { code: 'worker-crashed', message: '', fatal: true };
  const code = (thrown as { code?: unknown } | null)?.code;
  if (isErrorCode(code)) return { code, message: messageOf(thrown), fatal: false };
  const detail = messageOf(thrown);
  const { message } = errorOf(fallback);
  return { code: fallback, message: detail ? `${message} (${detail})` : message, fatal: false };
}

/** The typed error for a failure. */
export function errorFrom(failure: Failure): AnolisError {
  return errorOf(failure.code, failure.message);
}

/** Whether WebAssembly trapped, which is how a Rust panic ends. */
export function isTrap(thrown: unknown): boolean {
  return typeof WebAssembly !== 'undefined' && thrown instanceof WebAssembly.RuntimeError;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : typeof thrown === 'string' ? thrown : '';
}
