import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { openLibrary, tryLoad, watchWorkers } from './support/library.js';

test.use({ allowed: [/404|Failed to load|net::|ERR_/] });

/** The load fails with `code`; once the server is right again the next one asks it for everything and succeeds. */
async function refusesAndKeepsNothing(page: Page, code: string): Promise<void> {
  await openLibrary(page);
  expect(await tryLoad(page, 'cpu')).toMatchObject({ name: 'WeightsError', code });
  // A shard that nobody waits for any more may still be on its way.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  expect(await tryLoad(page, 'cpu')).toMatchObject({ backend: 'cpu', notices: [] });
}

test('weights that end early', async ({ page }) => {
  await page.route('**/*.safetensors', async (route) => {
    const body = await (await route.fetch()).body();
    await route.fulfill({ body: body.subarray(0, body.length / 2) });
  });
  await refusesAndKeepsNothing(page, 'weights-truncated');
});

test('weights that are damaged', async ({ page }) => {
  await page.route('**/*.safetensors', async (route) => {
    const body = await (await route.fetch()).body();
    body[body.length - 9] = (body[body.length - 9] ?? 0) ^ 255;
    await route.fulfill({ body });
  });
  await refusesAndKeepsNothing(page, 'weights-hash');
});

test('weights of another version', async ({ page }) => {
  await page.route('**/manifest*.json', async (route) => {
    const manifest = await (await route.fetch()).json();
    await route.fulfill({ json: { ...manifest, format: 999 } });
  });
  await refusesAndKeepsNothing(page, 'weights-version');
});

test('a list of weights that is none', async ({ page }) => {
  await page.route('**/manifest*.json', (route) => route.fulfill({ body: '<!doctype html>' }));
  await refusesAndKeepsNothing(page, 'weights-manifest');
});

test('weights that are not there', async ({ page }) => {
  await page.route('**/*.safetensors', (route) => route.fulfill({ status: 404 }));
  await refusesAndKeepsNothing(page, 'weights-missing');
});

test('numbers that are not those of the self-test', async ({ page }) => {
  await page.route('**/manifest*.json', async (route) => {
    const manifest = await (await route.fetch()).json();
    manifest.self_test.tokens.reverse();
    await route.fulfill({ json: manifest });
  });
  await openLibrary(page);
  expect(await tryLoad(page, 'cpu')).toMatchObject({ name: 'BackendError', code: 'self-test-failed' });
});

test('no WebAssembly SIMD', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await openLibrary(page);
  expect(await tryLoad(page, 'auto')).toMatchObject({ name: 'BackendError', code: 'no-simd' });
});

test('no WebGPU: the CPU is taken and it is said why', async ({ page }) => {
  await page.addInitScript(() => {
    delete (Navigator.prototype as { gpu?: unknown }).gpu;
  });
  await openLibrary(page);
  expect(await tryLoad(page, 'auto')).toMatchObject({ backend: 'cpu', notices: ['no-webgpu'] });
  expect(await tryLoad(page, 'webgpu')).toMatchObject({ name: 'BackendError', code: 'no-webgpu' });
});

test('WebGPU without an adapter: the CPU is taken and it is said why', async ({ page }) => {
  await openLibrary(page);
  const loaded = await tryLoad(page, 'auto');
  expect(loaded).toMatchObject({ backend: 'cpu', notices: ['adapter-refused'] });
  expect(loaded.fractions).toEqual([...(loaded.fractions ?? [])].sort((a, b) => a - b));
  expect(await tryLoad(page, 'webgpu')).toMatchObject({ name: 'BackendError', code: 'adapter-refused' });
});

test('the page says what is wrong and can be asked again', async ({ page, anolis }) => {
  await page.route('**/*.safetensors', (route) => route.fulfill({ status: 404 }));
  await page.goto('/?backend=cpu');
  await expect(anolis.app).toHaveAttribute('data-state', 'failed');
  await expect(anolis.problems).toContainText('could not be fetched');
  await page.unroute('**/*.safetensors');
  await page.getByRole('button', { name: 'Try again' }).click();
  await anolis.ready();
});

test('a worker that dies rejects what waits and starts again with all it knew', async ({ page }) => {
  await openLibrary(page);
  await watchWorkers(page);
  const codes = await page.evaluate(async () => {
    const { Anolis } = library;
    const anolis = await Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'mask', channels: ['a'] });
    const pixels = new ImageData(32, 32);
    const image = await anolis.image(pixels);
    const label = { width: 32, height: 32, data: new Uint8Array(1024).fill(1, 0, 300) };
    await task.add(image, label);
    const waiting = task.predict(image).catch((reason: { code: string }) => reason.code);
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' }));
    const after = await task.predict(image, { quick: true });
    anolis.dispose();
    return [await waiting, after.width, workers.length, anolis.notices.map(({ code }) => code)];
  });
  expect(codes).toEqual(['worker-crashed', 32, 2, ['worker-crashed']]);
});

test('a worker on another origin is reached through a shim', async ({ page }) => {
  await openLibrary(page);
  const used = await page.evaluate(async () => {
    const urls: string[] = [];
    const Native = globalThis.Worker;
    globalThis.Worker = class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        urls.push(String(url));
      }
    };
    const load = (options: { workerUrl?: string }) => library.Anolis.load({ backend: 'cpu', ...options });
    (await load({})).dispose();
    // The same server under another name is another origin.
    (await load({ workerUrl: urls[0]?.replace('localhost', '127.0.0.1') ?? '' })).dispose();
    return urls;
  });
  expect(used[0]).toMatch(/^http:/);
  expect(used[1]).toMatch(/^blob:/);
});

test('a worker that is not there', async ({ page }) => {
  await openLibrary(page);
  const code = await page.evaluate(() =>
    library.Anolis.load({ backend: 'cpu', workerUrl: 'missing.js' }).catch((reason: { code: string }) => reason.code),
  );
  expect(code).toBe('worker-blocked');
});
