/** Why a row misses its target, and what was tried; kept by hand. */
export const explanations: Record<string, string> = {
  encode_cpu_threads: 'anolis has no threads in the browser.',
};
