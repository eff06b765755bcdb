import { AnolisError, errorOf } from '../public/errors.js';
import type { Backend, Notice, Progress, Quality, Timings, Weights } from '../public/options.js';
import type { Assets } from './assets.js';
import { Connection, type WorkerLike } from './connection.js';
import { Ledger } from './ledger.js';
import { ProgressMeter } from './progress.js';
import type { BootReport, Input, Operation, Output } from './protocol.js';

/** What a client needs to start and, if need be, restart. */
export interface ClientOptions {
  readonly backend: Backend | 'auto';
  readonly quality: Quality;
  readonly weights: Weights;
  readonly memory: number | undefined;
  readonly threads: number | undefined;
  readonly assets: Assets;
  readonly spawn: () => WorkerLike;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** Keeps a worker running: chooses its backend, restarts it, tells it again what it knew. */
export class Client {
  readonly notices: Notice[] = [];
  readonly #ledger = new Ledger();
  readonly #meter: ProgressMeter;
  #connection: Connection | undefined;
  #restart: Promise<Connection> | undefined;
  #backend: Backend;
  #report: BootReport | undefined;
  #disposed = false;
  /** A thread has died: from then on there is one, which works wherever anything does. */
  #alone = false;

  private constructor(private readonly options: ClientOptions) {
    this.#meter = new ProgressMeter(options.onProgress);
    this.#backend = options.backend === 'cpu' ? 'cpu' : 'webgpu';
  }

  /** Starts on the first backend that works. */
  static async start(options: ClientOptions, signal?: AbortSignal): Promise<Client> {
    const client = new Client(options);
    await client.#openOrFallBack(options.backend === 'auto', signal);
    return client;
  }

  get backend(): Backend {
    return this.#backend;
  }

  get weightsHash(): string {
    return this.#report?.weightsHash ?? '';
  }

  get threads(): number {
    return this.#report?.threads ?? 1;
  }

  get timings(): Timings {
    // Nobody has a client before its worker has reported.
    if (!this.#report) throw errorOf('internal');
    return this.#report.timings;
  }

  /** Calls the worker, restarting it first when it died. */
  async call<O extends Operation>(operation: O, input: Input<O>, signal?: AbortSignal): Promise<Output<O>> {
    const backend = this.#backend;
    try {
      return await this.#callOnce(operation, input, signal);
    } catch (reason) {
      if (!isCode(reason, 'device-lost') || backend === 'cpu') throw reason;
      // The caller need not know: the same call is answered by the CPU.
      this.#leaveGpu();
      // A frame went to the worker that is gone; the next one is as good.
      if (operation === 'liveFrame') throw reason;
      return this.#callOnce(operation, input, signal);
    }
  }

  /** Ends the worker for good. */
  dispose(): void {
    this.#disposed = true;
    this.#connection?.close();
  }

  async #callOnce<O extends Operation>(operation: O, input: Input<O>, signal?: AbortSignal): Promise<Output<O>> {
    if (this.#disposed) throw errorOf('disposed');
    const connection = this.#connection?.alive ? this.#connection : await this.#reopen();
    const output = await connection.call(operation, input, signal);
    this.#ledger.record(operation, input);
    return output;
  }

  #leaveGpu(): void {
    if (this.#backend === 'cpu') return;
    this.#backend = 'cpu';
    this.#connection?.close(errorOf('device-lost'));
    this.#notice('device-lost');
  }

  // Several calls may find the worker dead at once; it is started once.
  #reopen(): Promise<Connection> {
    this.#restart ??= this.#openOrFallBack(true).finally(() => {
      this.#restart = undefined;
    });
    return this.#restart;
  }

  async #openOrFallBack(mayFallBack: boolean, signal?: AbortSignal): Promise<Connection> {
    try {
      if (this.#backend === 'webgpu' && !globalThis.navigator?.gpu) throw errorOf('no-webgpu');
      return await this.#open(signal);
    } catch (reason) {
      if (!mayFallBack || this.#backend === 'cpu' || !canFallBack(reason)) throw reason;
      this.#backend = 'cpu';
      this.#notice(reason.code, reason.message);
      this.#meter.restart();
      return this.#open(signal);
    }
  }

  async #open(signal?: AbortSignal): Promise<Connection> {
    const alone = this.#alone;
    const connection = new Connection(this.options.spawn(), (ofThread) => {
      this.#alone ||= ofThread;
      this.#notice('worker-crashed');
    });
    try {
      const { assets, backend, quality, weights, memory } = this.options;
      const threads = alone ? 1 : this.options.threads;
      const softwareGpu = backend === 'webgpu';
      const request = { backend: this.#backend, assets, softwareGpu, quality, weights, memory, threads };
      this.#report = await connection.boot(request, (phase, done) => this.#meter.report(phase, done), signal);
      for (const [operation, input] of this.#ledger.replay()) await connection.call(operation, input);
    } catch (reason) {
      connection.close();
      if (alone || !this.#alone) throw reason;
      this.#meter.restart();
      return this.#open(signal);
    }
    this.#connection = connection;
    // The worker's last report may still be on its way.
    this.#meter.report('self-test', 1);
    return connection;
  }

  #notice(code: AnolisError['code'], message = errorOf(code).message): void {
    const notice = { code, message };
    this.notices.push(notice);
    this.options.onNotice?.(notice);
  }
}

// Weights that are missing or damaged are so for the CPU too: falling back would hide the reason.
function canFallBack(reason: unknown): reason is AnolisError {
  if (!(reason instanceof AnolisError)) return false;
  return ![
    'aborted',
    'weights-manifest',
    'weights-missing',
    'weights-truncated',
    'weights-hash',
    'weights-version',
    'worker-blocked',
  ].includes(reason.code);
}

function isCode(reason: unknown, code: AnolisError['code']): boolean {
  return reason instanceof AnolisError && reason.code === code;
}
