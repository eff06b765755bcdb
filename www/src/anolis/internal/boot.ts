import { errorOf } from '../public/errors.js';
import type { Phase } from '../public/options.js';
import { runtimeFor } from './assets.js';
import { weightsCache } from './cache.js';
import type { Engine, Glue } from './engine.js';
import type { Fetch } from './host.js';
import { PhaseClock } from './phase-clock.js';
import type { BootReport, BootRequest } from './protocol.js';
import { startRuntime } from './runtime.js';
import { startThreaded, threadsFor } from './threads.js';
import { fetchWeights } from './weights.js';

/** Starts one backend: runtime, weights, self-test. */
export async function boot(
  request: BootRequest,
  fetcher: Fetch,
  onProgress: (phase: Phase, done: number) => void,
): Promise<{ engine: Engine; report: BootReport }> {
  const { backend, assets, softwareGpu, quality, weights: form, memory } = request;
  const clock = new PhaseClock();
  const report = (phase: Phase, done: number) => {
    clock.enter(phase);
    onProgress(phase, done);
  };
  report('runtime', 0);
  if (backend === 'webgpu') await requireAdapter(softwareGpu);
  const files = form === 'int8' ? assets.weightsInt8 : assets.weights;
  const weights = fetchWeights(files, weightsCache(), fetcher);
  const { glue, threads } = await startGlue(request, fetcher, (done) => report('runtime', done));

  report('weights', 0);
  const engine = await glue.Engine.create(await weights.manifest);
  await weights.addTo(engine, (done) => report('weights', done));
  engine.start();
  engine.setRefine(quality === 'best');
  // The runtime cannot address more.
  if (memory !== undefined) engine.setMemory(Math.min(Math.max(memory, 0), 2 ** 32 - 1));

  // It runs all of the network: nothing is left to compile afterwards.
  report('self-test', 0);
  const { passed, cosine } = await engine.selfTest();
  if (!passed) throw errorOf('self-test-failed');
  report('self-test', 1);
  return { engine, report: { weightsHash: engine.weightsHash, cosine, threads, timings: clock.stop() } };
}

// With as many threads as can be had.
async function startGlue(
  { backend, assets, threads: most, crashes }: BootRequest,
  fetcher: Fetch,
  onProgress: (done: number) => void,
): Promise<{ glue: Glue; threads: number }> {
  const threads = backend === 'cpu' && crashes !== undefined ? threadsFor(most, assets) : 1;
  if (threads > 1) {
    const runtime = runtimeFor(backend, assets, threads);
    // Whatever it is that forbids threads, one works without.
    const glue = await startThreaded(runtime, { count: threads, crashes }, fetcher, onProgress).catch(() => {});
    if (glue) return { glue, threads };
  }
  return { glue: await startRuntime(runtimeFor(backend, assets), fetcher, onProgress), threads: 1 };
}

// Asked before the runtime is fetched: without an adapter its megabytes are of no use.
async function requireAdapter(softwareGpu: boolean): Promise<void> {
  if (!navigator.gpu) throw errorOf('no-webgpu');
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) throw errorOf('adapter-refused');
  if (adapter.info.isFallbackAdapter && !softwareGpu) {
    throw errorOf('adapter-refused', 'The only GPU here is emulated in software; the CPU is faster.');
  }
}
