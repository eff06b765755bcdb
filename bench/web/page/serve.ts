/** What the page may call on a contender. Every method that is timed answers its milliseconds. */
export type Contender = Record<string, (...args: never[]) => unknown>;

/** Answers the page's calls, one at a time, in a worker. */
export function serve(contender: Contender | Promise<Contender>): void {
  let before: Promise<unknown> = Promise.resolve();
  self.onmessage = ({ data: { id, method, args } }: MessageEvent) => {
    before = before.then(async () => {
      try {
        const call = (await contender)[method] as (...args: unknown[]) => unknown;
        self.postMessage({ id, value: await call(...args) });
      } catch (reason) {
        self.postMessage({ id, error: String(reason) });
      }
    });
  };
}

/** Milliseconds that something takes. */
export async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
