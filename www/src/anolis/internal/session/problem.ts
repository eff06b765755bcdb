import { AnolisError, errorOf } from '../../public/errors.js';

/** A session file that does not hold what it must; `what` is a clause that names the place. A cause that says more is kept. */
export function damaged(what: string, cause?: unknown): AnolisError {
  if (cause instanceof AnolisError) return cause;
  return errorOf(
    'session-file',
    `This session file cannot be used: ${what}. Take another copy of it, or save it anew.`,
    { cause },
  );
}
