import { errorOf } from '../public/errors.js';
import type { Assets, Runtime } from './assets.js';
import { blobWorker } from './blob-worker.js';
import type { ThreadedGlue } from './engine.js';
import type { Fetch } from './host.js';
import { compile } from './runtime.js';

/** Threads that are started unless other numbers are asked for; more gain little, and each has a stack of its own. */
const MOST = 8;

/** Milliseconds that a thread may take for a step of its start. */
const PATIENCE = 2000;

// Its memory is that of the engine's worker, in which it waits for work until it is ended.
const SCRIPT = `
addEventListener('message', async ({ data: { glue, module, memory, crashes } }) => {
  let work;
  try {
    const runtime = await import(glue);
    await runtime.default({ module_or_path: module, memory });
    work = runtime.work;
  } catch (reason) {
    return postMessage(String(reason));
  }
  postMessage('ready');
  try {
    work();
  } catch (reason) {
    new BroadcastChannel(crashes).postMessage(String(reason));
  }
});
postMessage('alive');
`;

/** How many threads the CPU's runtime is to have here: 1 where memory cannot be shared, as only isolated pages may. */
export function threadsFor(most: number = MOST, { runtime }: Assets): number {
  if (!globalThis.crossOriginIsolated || typeof SharedArrayBuffer === 'undefined') return 1;
  // Without it, promises of a module with shared memory take one more worker each.
  if (!('waitAsync' in Atomics)) return 1;
  // Who gives a CPU runtime of their own has that one run everywhere.
  if (runtime.threads.wasm === runtime.cpu.wasm) return 1;
  return Math.max(1, Math.min(Math.floor(most), navigator.hardwareConcurrency)) || 1;
}

/** How many threads, and the channel on which those that die say so. */
interface Team {
  readonly count: number;
  readonly crashes: string | undefined;
}

/** Fetches, compiles and initialises the runtime with several threads; rejects, and leaves nothing behind, where there are none to be had. */
export async function startThreaded(
  { glue: glueUrl, wasm }: Runtime,
  { count, crashes }: Team,
  fetcher: Fetch,
  onProgress: (done: number) => void,
): Promise<ThreadedGlue> {
  // This worker is one of them.
  const workers: Worker[] = [];
  try {
    for (let i = 1; i < count; i += 1) workers.push(blobWorker(SCRIPT, 'anolis-thread'));
    // Whether workers are allowed is known before megabytes are fetched.
    await all(workers, 'alive');
    const module = await compile(wasm, fetcher);
    onProgress(0.7);
    const glue = (await import(/* @vite-ignore */ /* webpackIgnore: true */ glueUrl)) as ThreadedGlue;
    const { memory } = await glue.default({ module_or_path: module });
    for (const worker of workers) worker.postMessage({ glue: glueUrl, module, memory, crashes });
    await all(workers, 'ready');
    glue.startThreads(count);
    onProgress(1);
    return glue;
  } catch (cause) {
    for (const worker of workers) worker.terminate();
    throw errorOf('runtime-failed', undefined, { cause });
  }
}

async function all(workers: readonly Worker[], word: string): Promise<void> {
  await Promise.all(workers.map((worker) => says(worker, word)));
}

/** Waits for the next message of a worker, which is to be this one. */
function says(worker: Worker, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`a thread was not ${word} in time`)), PATIENCE);
    const settle = (act: () => void) => {
      clearTimeout(late);
      act();
    };
    worker.onmessage = ({ data }) => settle(() => (data === word ? resolve() : reject(new Error(`${data}`))));
    worker.onerror = (event) => {
      event.preventDefault();
      settle(() => reject(new Error(event.message || 'no worker is allowed here')));
    };
  });
}
