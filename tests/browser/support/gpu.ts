import type { Page, Worker } from '@playwright/test';

declare global {
  /** Put into the library's worker by {@link losableGpu}. */
  var loseGpu: () => void;
  /** Put into the library's worker by {@link exhaustibleGpu}. */
  var exhaustGpu: () => void;
  /** Put into the library's worker by {@link countReads}. */
  var gpuReads: number;
}

/** Runs `script` in the library's worker before anything else there. */
async function beforeWorker(page: Page, script: string): Promise<void> {
  await page.route(/\/worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}

const onDevice = (what: string) => `{
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await request.apply(this, given);
    ${what};
    return device;
  };
}`;

/** Loses every GPU soon after it was opened, and lets one in software pass for a real one, which `auto` takes. */
export async function loseGpuAtOnce(page: Page): Promise<void> {
  const disguise = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { value: false })";
  await beforeWorker(page, `${disguise};\n${onDevice('setTimeout(() => device.destroy(), 50)')}`);
}

/** Answers a function that loses the GPU. Call it before the page is opened. */
export async function losableGpu(page: Page): Promise<() => Promise<void>> {
  const workers: Worker[] = [];
  page.on('worker', (worker) => workers.push(worker));
  await beforeWorker(page, onDevice('globalThis.loseGpu = () => device.destroy()'));
  return async () => workers.at(-1)?.evaluate(() => globalThis.loseGpu());
}

/** Answers a function that lets the GPU report that its memory is spent. Call it before the page is opened. */
export async function exhaustibleGpu(page: Page): Promise<() => Promise<void>> {
  const workers: Worker[] = [];
  page.on('worker', (worker) => workers.push(worker));
  const report = `globalThis.exhaustGpu = () => {
    const error = new GPUOutOfMemoryError('simulated');
    device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
  }`;
  await beforeWorker(page, onDevice(report));
  return async () => workers.at(-1)?.evaluate(() => globalThis.exhaustGpu());
}

/** Answers a function that tells how often anything was read back from a GPU. Call it before the page is opened. */
export async function countReads(page: Page): Promise<() => Promise<number>> {
  const workers: Worker[] = [];
  page.on('worker', (worker) => workers.push(worker));
  await beforeWorker(
    page,
    `globalThis.gpuReads = 0;
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (...given) {
    globalThis.gpuReads += 1;
    return map.apply(this, given);
  };`,
  );
  return async () => (await workers.at(-1)?.evaluate(() => globalThis.gpuReads)) as number;
}
