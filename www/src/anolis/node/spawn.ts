import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import type { WorkerLike } from '../internal/connection.js';

/** Starts the worker as a thread of Node. */
export function spawnThread(url: string | URL = new URL('./worker.ts', import.meta.url)): WorkerLike {
  const thread = new Worker(new URL(url));
  const worker: WorkerLike = {
    ...nodeEndpoint(thread),
    onerror: null,
    onmessageerror: null,
    terminate: () => void thread.terminate(),
  };
  thread.on('error', ({ message }) => {
    const event = { message, preventDefault: () => {} };
    (worker as { onerror: ((event: unknown) => void) | null }).onerror?.(event);
  });
  return worker;
}
