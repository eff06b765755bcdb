import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, test as base, type Page } from '@playwright/test';
import { type Site, serve } from '../../../tests/consumers/support/serve.js';
import type { Bench } from '../page/index.js';
import { root, site } from './project.js';

declare global {
  /** Put there by the benchmark's page. */
  var bench: Bench;
}

/** Without them a page may use no threads. */
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** `server` is the benchmark's site, `page` has the contenders. */
export const test = base.extend<{ page: Page }, { server: Site }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on a pattern.
    async ({}, use) => {
      const server = await serve({ folder: site, headers: { ...isolated, 'cache-control': 'max-age=3600' } });
      await use(server);
      await server.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ page, server }, use) => {
    await openBench(page, server);
    await use(page);
  },
});

export async function openBench(page: Page, server: Site): Promise<void> {
  page.on('console', (message) => {
    if (process.env['ANOLIS_BENCH_VERBOSE']) console.log(`    ${message.text()}`);
  });
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
}

/** A page of a browser that has seen nothing. */
export async function fresh<T>(browser: Browser, server: Site, work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await openBench(page, server);
    return await work(page);
  } finally {
    await context.close();
  }
}

export async function start(page: Page, name: string, kind: string, ...load: unknown[]): Promise<void> {
  await page.evaluate(([name, kind]) => bench.start(name, kind), [name, kind] as const);
  await call(page, name, 'load', ...load);
}

export function call<T = void>(page: Page, name: string, method: string, ...args: unknown[]): Promise<T> {
  return page.evaluate(([name, method, args]) => bench.call(name, method, ...args), [
    name,
    method,
    args,
  ] as const) as Promise<T>;
}

/** Milliseconds of each, in turn; the first round does not count. */
export function interleave(
  page: Page,
  contenders: readonly (readonly [string, string])[],
  rounds = ROUNDS,
): Promise<number[][]> {
  const timed = contenders.map(([contender, method]) => ({ contender, method }));
  return page.evaluate(([timed, rounds]) => bench.interleave(timed, rounds), [timed, rounds] as const);
}

/** Repetitions of what takes milliseconds. */
export const ROUNDS = Number(process.env['ANOLIS_BENCH_ROUNDS'] ?? 15);

/** The stored answer to the network's built-in question. */
export function expected(): number[] {
  return JSON.parse(readFileSync(join(root, 'weights/manifest.json'), 'utf8')).self_test.tokens;
}

/** How alike two answers are, at most 1. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] as number, b[i] ?? Number.NaN];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return a.length === b.length ? product / Math.sqrt(left * right) : Number.NaN;
}
