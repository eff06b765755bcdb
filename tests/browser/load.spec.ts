import { expect, test } from './support/fixtures.js';
import { openLibrary, tryLoad } from './support/library.js';

test('the page becomes ready on the backend it was asked for', async ({ anolis, backend }) => {
  await anolis.open();
  await expect(anolis.app).toHaveAttribute('data-backend', backend);
  await expect(anolis.page.getByTestId('backend')).toContainText(backend === 'cpu' ? 'CPU' : 'GPU');
});

test('loading passes every phase, the self-test included, and never goes back', async ({ page, backend }) => {
  await openLibrary(page);
  const loaded = await tryLoad(page, backend);
  expect(loaded.code).toBeUndefined();
  expect(loaded.phases).toEqual(['runtime', 'weights', 'self-test']);
  expect(loaded.fractions).toEqual([...loaded.fractions].sort((a, b) => a - b));
  expect(loaded.fractions.at(-1)).toBe(1);
});

test('weights are fetched once', async ({ page, backend }) => {
  const requests: string[] = [];
  page.on('request', (request) => request.url().includes('.safetensors') && requests.push(request.url()));
  await openLibrary(page);
  await tryLoad(page, backend);
  expect(requests.length).toBeGreaterThan(0);
  requests.length = 0;
  await tryLoad(page, backend);
  expect(requests).toEqual([]);
});

test('loading can be aborted', async ({ page, backend }) => {
  await openLibrary(page);
  const code = await page.evaluate(async (asked) => {
    const controller = new AbortController();
    const loading = library.Anolis.load({
      backend: asked,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    return loading.catch((reason: { code: string }) => reason.code);
  }, backend);
  expect(code).toBe('aborted');
});
