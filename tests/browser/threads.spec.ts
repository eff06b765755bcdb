import type { Browser, Page, Route } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { predict, watchRuntimes } from './support/runtimes.js';
import { openScenes } from './support/scenes.js';

/** What probabilities may differ by: threads add the same in another order. */
const TOLERANCE = 1e-4;

/** What makes a page isolated. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Dedicated workers of the browser's pages, those of workers included. */
async function workers(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'worker' }] });
  await session.detach();
  return targetInfos.length;
}

/** The page and its scripts with more headers. */
async function withHeaders(page: Page, headers: Record<string, string>): Promise<void> {
  await page.route(/\/(tests\.html)?$|\.js$/, async (route: Route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
  });
}

test('an isolated page has a thread a core, and answers as with one', async ({ page }) => {
  await withHeaders(page, isolated);
  const fetched = await watchRuntimes(page);
  await openScenes(page);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  test.skip(cores < 2, 'one core has one thread');
  const answers = await predict(page, [{}, { threads: 1, assets: { runtime: { cpu: {} } } }, { threads: 2 }]);
  const [threaded, plain, two] = answers.map(({ probability }) => probability);
  expect(answers.map(({ threads }) => threads)).toEqual([Math.min(cores, 8), 1, 2]);
  expect(fetched).toEqual(['threads', 'cpu', 'threads']);
  expect(Math.max(...(plain ?? []))).toBeGreaterThan(0.8);
  for (const answer of [threaded, two]) {
    const differences = answer?.map((value, i) => Math.abs(value - (plain?.[i] ?? Number.NaN))) ?? [];
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  }
});

test('what closes a session ends its threads', async ({ page, browser }) => {
  await withHeaders(page, isolated);
  await openScenes(page);
  const before = await workers(browser);
  const threads = await page.evaluate(async () => {
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    Object.assign(globalThis, { anolis });
    return anolis.threads;
  });
  // The engine's worker is a thread itself.
  await expect.poll(() => workers(browser)).toBe(before + threads);
  await page.evaluate(() => (globalThis as unknown as { anolis: { dispose(): void } }).anolis.dispose());
  await expect.poll(() => workers(browser)).toBe(before);
});

test('a page that is not isolated does not fetch the runtime with threads', async ({ page }) => {
  const fetched = await watchRuntimes(page);
  await openScenes(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  const [answer] = await predict(page, [{ threads: 8 }]);
  expect(answer?.threads).toBe(1);
  expect(fetched).toEqual(['relaxed']);
});

test.describe('where workers may not start workers', () => {
  test.use({ allowed: [/Content Security Policy/] });

  test('a session has one thread', async ({ page }) => {
    await withHeaders(page, { ...isolated, 'content-security-policy': "worker-src 'self'" });
    const fetched = await watchRuntimes(page);
    await openScenes(page);
    const [answer] = await predict(page, [{}]);
    expect(answer?.threads).toBe(1);
    expect(Math.max(...(answer?.probability ?? []))).toBeGreaterThan(0.8);
    expect(fetched).toEqual(['relaxed']);
  });
});

test('a runtime with threads that is missing or broken is done without', async ({ page }) => {
  await withHeaders(page, isolated);
  await openScenes(page);
  const missing = { glue: new URL('missing.js', page.url()).href };
  const [answer] = await predict(page, [{ assets: { runtime: { threads: missing } } }]);
  expect(answer?.threads).toBe(1);
  expect(Math.max(...(answer?.probability ?? []))).toBeGreaterThan(0.8);
});

test('a thread that dies is not waited for: the session starts again with one', async ({ page }) => {
  await withHeaders(page, isolated);
  await page.route('**/*.js', async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    const dying = body.replace('export function work() {', 'export function work() { throw new Error("died");');
    await route.fulfill({ response, body: dying, headers: { ...response.headers(), ...isolated } });
  });
  await openScenes(page);
  const started = await page.evaluate(async () => {
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const { threads, notices } = anolis;
    anolis.dispose();
    return { threads, notices: notices.map(({ code }) => code) };
  });
  expect(started).toEqual({ threads: 1, notices: ['worker-crashed'] });
});
