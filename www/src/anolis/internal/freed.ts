import { AnolisError } from '../public/errors.js';

/** Waits until something is freed; what went with its session is freed too. */
export async function freed(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (reason) {
    if (!(reason instanceof AnolisError && reason.code === 'disposed')) throw reason;
  }
}
