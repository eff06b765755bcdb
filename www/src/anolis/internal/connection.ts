import { type Endpoint, proxy, type Remote, releaseProxy, wrap } from 'comlink';
import { errorOf } from '../public/errors.js';
import type { Phase } from '../public/options.js';
import { errorFrom, type Reply } from './failure.js';
import type { BootReport, BootRequest, Input, Operation, Output, WorkerApi } from './protocol.js';

/** What is used of a worker. */
export type WorkerLike = Endpoint & Pick<Worker, 'terminate' | 'onerror' | 'onmessageerror'>;

/** One worker and the calls that wait for it; when it dies, so do they. */
export class Connection {
  readonly #remote: Remote<WorkerApi>;
  readonly #pending = new Set<(reason: Error) => void>();
  readonly #crashes = channelOfCrashes();
  #calls = 0;
  #end: Error | undefined;

  constructor(
    private readonly worker: WorkerLike,
    private readonly onCrash: (ofThread: boolean) => void = () => {},
  ) {
    this.#remote = wrap<WorkerApi>(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      // A script that could not be fetched leaves no message.
      if (event.message) this.#crash(event.message);
      else this.close(errorOf('worker-blocked'));
    };
    worker.onmessageerror = () => this.#crash('a message could not be read');
    if (this.#crashes) this.#crashes.onmessage = ({ data }) => this.#crash(data, true);
  }

  /** Whether calls can still be made. */
  get alive(): boolean {
    return this.#end === undefined;
  }

  boot(
    request: Omit<BootRequest, 'crashes'>,
    onProgress: (phase: Phase, done: number) => void,
    signal?: AbortSignal,
  ): Promise<BootReport> {
    return this.#supervise(
      () => this.#remote.boot({ ...request, crashes: this.#crashes?.name }, proxy(onProgress)),
      signal,
      () => this.close(),
    );
  }

  call<O extends Operation>(operation: O, input: Input<O>, signal?: AbortSignal): Promise<Output<O>> {
    this.#calls += 1;
    const id = this.#calls;
    const send = () => this.#remote.call(id, operation, input) as Promise<Reply<Output<O>>>;
    return this.#supervise(send, signal, () => void this.#remote.cancel(id));
  }

  /** Ends the worker; waiting calls are rejected with `reason`. */
  close(reason: Error = errorOf('disposed')): void {
    if (this.#end) return;
    this.#end = reason;
    this.worker.terminate();
    this.#remote[releaseProxy]();
    this.#crashes?.close();
    for (const reject of this.#pending) reject(reason);
    this.#pending.clear();
  }

  #crash(detail: string, ofThread = false): void {
    if (this.#end) return;
    this.close(errorOf('worker-crashed', undefined, { cause: new Error(detail) }));
    this.onCrash(ofThread);
  }

  // Comlink's promises never settle once the worker is gone, so each call is also rejected from here.
  #supervise<T>(send: () => Promise<Reply<T>>, signal: AbortSignal | undefined, onAbort: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      if (signal?.aborted) return reject(errorOf('aborted'));
      const settle = (act: () => void) => {
        this.#pending.delete(fail);
        signal?.removeEventListener('abort', abort);
        act();
      };
      const fail = (reason: Error) => settle(() => reject(reason));
      const abort = () => {
        fail(errorOf('aborted'));
        onAbort();
      };
      this.#pending.add(fail);
      signal?.addEventListener('abort', abort);
      send().then((reply) => {
        if (reply.ok) return settle(() => resolve(reply.value));
        fail(errorFrom(reply.failure));
        if (reply.failure.fatal) this.#crash('the WebAssembly module trapped');
      }, fail);
    });
  }
}

// A worker that waits for a thread which died hears of nothing any more, so threads tell the page.
function channelOfCrashes(): BroadcastChannel | undefined {
  return globalThis.crossOriginIsolated ? new BroadcastChannel(`anolis-${crypto.randomUUID()}`) : undefined;
}
