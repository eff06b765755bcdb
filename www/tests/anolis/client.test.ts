import { expose } from 'comlink';
import { describe, expect, it, vi } from 'vitest';
import type { Assets } from '../../src/anolis/internal/assets.js';
import { Client } from '../../src/anolis/internal/client.js';
import { failureOf } from '../../src/anolis/internal/failure.js';
import type { BootRequest, Operation, WorkerApi } from '../../src/anolis/internal/protocol.js';
import { type ErrorCode, errorOf } from '../../src/anolis/public/errors.js';

/** What the workers of one client do, and what they were told. */
class Workers {
  /** A line for each start and each call that succeeded. */
  readonly log: string[] = [];
  /** Code with which the next calls on the GPU fail, starting included. */
  gpuFails: ErrorCode | undefined;
  last: FakeWorker | undefined;

  spawn = (): Worker => {
    let backend = '';
    const answer = (what: string) => {
      if (backend === 'webgpu' && this.gpuFails)
        return { ok: false as const, failure: failureOf(errorOf(this.gpuFails)) };
      this.log.push(`${backend}: ${what}`);
      return { ok: true as const, value: undefined };
    };
    this.last = new FakeWorker({
      boot: async (request: BootRequest) => {
        backend = request.backend;
        const answered = answer('boot');
        return answered.ok ? { ok: true, value: { weightsHash: 'hash', cosine: 1, threads: 1, timings } } : answered;
      },
      call: async (_id: number, operation: Operation) => answer(operation) as never,
      cancel: () => {},
    });
    return this.last as unknown as Worker;
  };
}

const timings = { runtime: 1, weights: 2, 'self-test': 4 };

/** As much of a worker as a client uses, in this thread. */
class FakeWorker {
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  readonly #port: MessagePort;
  readonly #inside: MessagePort;

  constructor(api: WorkerApi) {
    const { port1, port2 } = new MessageChannel();
    [this.#port, this.#inside] = [port1, port2];
    expose(api, port2 as never);
    this.#port.start();
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  addEventListener(type: string, listener: EventListener): void {
    this.#port.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: EventListener): void {
    this.#port.removeEventListener(type, listener);
  }

  terminate(): void {
    this.#port.close();
    this.#inside.close();
  }
}

const image = { image: 1, sources: [{} as Blob] };
const task = { task: 1, kind: 'mask', channels: ['a'], overlap: false, images: 1 };
const label = { task: 1, image: 1, label: { form: 'keypoints', data: new Float32Array(3) } } as const;
const predict = { task: 1, image: 1, width: 2, height: 2, quick: false };

async function start(workers: Workers, backend: 'auto' | 'webgpu' = 'webgpu'): Promise<Client> {
  vi.stubGlobal('navigator', { gpu: {} });
  return Client.start({
    backend,
    quality: 'best',
    weights: 'f16',
    memory: undefined,
    threads: undefined,
    assets: {} as Assets,
    spawn: workers.spawn,
  });
}

async function startLabelled(workers: Workers): Promise<Client> {
  const client = await start(workers);
  await client.call('addImage', image);
  await client.call('addTask', task);
  await client.call('setLabel', label);
  workers.log.length = 0;
  return client;
}

const onCpu = ['cpu: boot', 'cpu: addImage', 'cpu: addTask', 'cpu: setLabel', 'cpu: predict'];

describe('a client', () => {
  it('starts on the CPU and says why when the GPU cannot be used', async () => {
    for (const code of ['adapter-refused', 'device-lost', 'self-test-failed', 'worker-crashed'] as const) {
      const workers = new Workers();
      workers.gpuFails = code;
      const client = await start(workers, 'auto');
      expect(client.backend).toBe('cpu');
      expect(client.notices).toMatchObject([{ code }]);
      client.dispose();
    }
  });

  it('does not leave a GPU that was asked for by name, nor for what the CPU cannot do either', async () => {
    const workers = new Workers();
    workers.gpuFails = 'device-lost';
    await expect(start(workers, 'webgpu')).rejects.toMatchObject({ code: 'device-lost' });
    workers.gpuFails = 'weights-hash';
    await expect(start(workers, 'auto')).rejects.toMatchObject({ code: 'weights-hash' });
    expect(workers.log).toEqual([]);
  });

  it('answers on the CPU, told everything again, when the GPU is lost', async () => {
    const workers = new Workers();
    const client = await startLabelled(workers);
    workers.gpuFails = 'device-lost';
    await client.call('predict', predict);
    expect(workers.log).toEqual(onCpu);
    expect(client.backend).toBe('cpu');
    expect(client.notices).toMatchObject([{ code: 'device-lost' }]);
    client.dispose();
  });

  it('goes to the CPU once when several calls meet the lost GPU', async () => {
    const workers = new Workers();
    const client = await startLabelled(workers);
    workers.gpuFails = 'device-lost';
    await Promise.all([1, 2, 3].map(() => client.call('predict', predict)));
    expect(workers.log).toEqual([...onCpu, 'cpu: predict', 'cpu: predict']);
    expect(client.notices).toHaveLength(1);
    client.dispose();
  });

  it('starts a dead worker again on the GPU, and on the CPU if that does not work', async () => {
    for (const gpuFails of [undefined, 'adapter-refused'] as const) {
      const workers = new Workers();
      const client = await startLabelled(workers);
      workers.last?.onerror?.({ message: 'simulated', preventDefault() {} });
      workers.gpuFails = gpuFails;
      await client.call('predict', predict);
      expect(workers.log).toEqual(gpuFails ? onCpu : onCpu.map((line) => line.replace('cpu', 'webgpu')));
      expect(client.notices.map(({ code }) => code)).toEqual(
        gpuFails ? ['worker-crashed', 'adapter-refused'] : ['worker-crashed'],
      );
      client.dispose();
    }
  });
});
