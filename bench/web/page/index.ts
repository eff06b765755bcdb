// The name of a worker of onnxruntime-web says what it runs on.
const starters: Record<string, () => Worker> = {
  anolis: () => new Worker(new URL('./anolis.ts', import.meta.url), { type: 'module' }),
  'ort-wasm': () => new Worker(new URL('./ort.ts', import.meta.url), { type: 'module', name: 'wasm' }),
  'ort-webgpu': () => new Worker(new URL('./ort.ts', import.meta.url), { type: 'module', name: 'webgpu' }),
  transformers: () => new Worker(new URL('./transformers.ts', import.meta.url), { type: 'module' }),
  tfjs: () => new Worker(new URL('./tfjs.ts', import.meta.url), { type: 'module' }),
};

/** A call of a contender that is timed. */
export interface Timed {
  readonly contender: string;
  readonly method: string;
}

const running = new Map<string, (method: string, args: unknown[]) => Promise<unknown>>();

/** What the benchmark's driver calls in the page. */
const bench = {
  /** Starts a contender in a worker of its own, under a name. */
  start(name: string, kind: string): void {
    const worker = starters[kind]?.();
    if (!worker) throw new Error(`there is no contender ${kind}`);
    const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
    worker.onmessage = ({ data: { id, value, error } }) => {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(`${name}: ${error}`));
    };
    worker.onerror = ({ message }) => {
      for (const { reject } of waiting.values()) reject(new Error(`${name}: ${message}`));
    };
    let next = 0;
    running.set(name, (method, args) => {
      next += 1;
      worker.postMessage({ id: next, method, args });
      return new Promise((resolve, reject) => waiting.set(next, { resolve, reject }));
    });
  },
  call(name: string, method: string, ...args: unknown[]): Promise<unknown> {
    const contender = running.get(name);
    if (!contender) throw new Error(`${name} was not started`);
    return contender(method, args);
  },
  /** Times contenders in turn, A B A B, after a round that does not count; milliseconds by contender. */
  async interleave(contenders: readonly Timed[], rounds: number): Promise<number[][]> {
    const times: number[][] = contenders.map(() => []);
    for (let round = -1; round < rounds; round += 1) {
      for (const [i, { contender, method }] of contenders.entries()) {
        const took = (await bench.call(contender, method, 300 + round)) as number;
        if (round >= 0) times[i]?.push(took);
      }
    }
    return times;
  },
};

export type Bench = typeof bench;
Object.assign(globalThis, { bench });
