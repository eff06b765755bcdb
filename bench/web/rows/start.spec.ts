import { brotliCompressSync, constants } from 'node:zlib';
import type { Page } from '@playwright/test';
import { firstOf, firstOfOrt } from '../support/first.js';
import { call, fresh, ROUNDS, start, test } from '../support/open.js';
import { record } from '../support/results.js';

const VISITS = Math.min(ROUNDS, 5);

test('first_cpu, second_visit and download', async ({ browser, server }) => {
  const [ours, peer, again, peerAgain]: number[][] = [[], [], [], []];
  const sizes = [0, 0];
  for (let round = 0; round < VISITS; round += 1) {
    for (const [who, first, times, later] of [
      [0, firstOf, ours, again],
      [1, firstOfOrt, peer, peerAgain],
    ] as const) {
      await fresh(browser, server, async (page) => {
        const bytes = round === 0 ? watch(page) : undefined;
        times?.push(await first(page, 'cpu'));
        if (bytes) sizes[who] = await bytes();
        await page.reload();
        await page.waitForFunction(() => 'bench' in globalThis);
        later?.push(await first(page, 'cpu'));
      });
    }
  }
  const what = 'load, one example of one channel, one full prediction';
  const against = 'onnxruntime-web, wasm, 1 thread, without a read-out';
  record({
    name: 'first_cpu',
    what: `${what}, nothing cached`,
    against,
    ours: ours ?? [],
    peer: peer ?? [],
    target: 1,
  });
  record({ name: 'second_visit', what: `${what}, second visit`, against, ours: again ?? [], peer: peerAgain ?? [] });
  const note = 'all that is fetched up to the first prediction, brotli 9 and window 24 for both; the same f16 weights';
  record({
    name: 'download',
    what: 'bytes to the first prediction',
    against: 'onnxruntime-web and the same weights as ONNX',
    ours: [(sizes[0] ?? 0) / 1e6],
    peer: [(sizes[1] ?? 0) / 1e6],
    unit: 'MB',
    target: 0.7,
    note,
  });
});

test('memory', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await start(page, 'ort', 'ort-wasm', 1, ['encoder', 'support', 'predictor']);
  const heaps: number[] = [];
  for (const name of ['anolis', 'ort']) {
    await call(page, name, 'begin', 5, 1, ...(name === 'anolis' ? [false] : []));
    for (let i = 0; i < 3; i += 1) {
      await call(page, name, 'encode', i);
      await call(page, name, 'predict');
    }
    heaps.push((await call<{ heap: number }>(page, name, 'memory')).heap / 1e6);
  }
  record({
    name: 'memory_cpu',
    what: 'wasm heap after 5 examples and 3 predictions; it never shrinks',
    against: 'onnxruntime-web, wasm, 1 thread',
    ours: [heaps[0] ?? 0],
    peer: [heaps[1] ?? 0],
    unit: 'MB',
  });
});

/** Counts what a page and its workers fetch; answers the bytes after brotli. */
function watch(page: Page): () => Promise<number> {
  const bodies = new Map<string, Promise<Buffer>>();
  page.context().on('response', (response) => {
    if (response.ok() && !response.url().startsWith('data:'))
      bodies.set(
        response.url(),
        response.body().catch(() => Buffer.alloc(0)),
      );
  });
  return async () => {
    let bytes = 0;
    for (const [url, body] of bodies) {
      const size = compressed(await body);
      if (process.env['ANOLIS_BENCH_VERBOSE']) console.log(`    ${url}: ${size}`);
      bytes += size;
    }
    return bytes;
  };
}

function compressed(body: Buffer): number {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  return brotliCompressSync(body, { params }).length;
}
