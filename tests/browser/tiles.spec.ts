import { readFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

/** Most memory that any process of pages has used, in bytes; nothing where the system does not say. */
async function peak(browser: Browser): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) * 1024);
  return Math.max(...peaks);
}

test('a picture of 8192 by 8192 pixels is predicted in tiles, within memory', async ({ page, browser }) => {
  test.slow();
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const example = { width, height, data: bytes((i) => Number(disc(i, 48, 40, 14))) };
    await task.add(picture([[48, 40]], 14), example);

    // The example, enlarged so that a tile shows one at the size at which it was learnt.
    const [side, scale] = [8192, 2048 / width];
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    const small = new OffscreenCanvas(width, height);
    small.getContext('2d')?.putImageData(picture([[48, 40]], 14), 0, 0);
    context.imageSmoothingEnabled = false;
    const [w, h] = [width * scale, height * scale];
    for (let y = 0; y < side; y += h) for (let x = 0; x < side; x += w) context.drawImage(small, x, y, w, h);
    const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    // What the test has drawn is not the library's.
    Object.assign(canvas, { width: 1, height: 1 });

    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total);
    const options = { tile: 2048, quick: true, onProgress };
    const tiled = await task.predictTiles(file, options);
    const mask = tiled.mask();
    let [both, either] = [0, 0];
    for (let y = 0; y < side; y += 16)
      for (let x = 0; x < side; x += 16) {
        const truth = Math.hypot((x % w) / scale - 48, (y % h) / scale - 40) < 14;
        const is = mask[y * side + x] === 1;
        both += Number(truth && is);
        either += Number(truth || is);
      }

    const stop = new AbortController();
    let steps = 0;
    const halt = () => {
      steps += 1;
      if (steps === 2) stop.abort();
    };
    const stopped = await task
      .predictTiles(file, { ...options, onProgress: halt, signal: stop.signal })
      .catch((reason: { code: string }) => reason.code);
    const after = await task.predict(picture([[30, 40]], 14), { quick: true });
    anolis.dispose();
    return { size: [tiled.width, tiled.height], iou: both / either, seen, stopped, steps, after: after.width };
  });
  expect(found.size).toEqual([8192, 8192]);
  expect(found.iou).toBeGreaterThan(0.7);
  expect(found.seen).toEqual(Array.from({ length: 25 }, (_, i) => (i + 1) / 25));
  expect(found).toMatchObject({ stopped: 'aborted', steps: 2, after: 96 });
  const bytes = await peak(browser);
  console.log(`peak memory of the page: ${bytes === undefined ? 'unknown' : `${Math.round(bytes / 1e6)} MB`}`);
  if (bytes !== undefined) expect(bytes).toBeLessThan(1.5e9);
});

test('tiles find what a picture in one piece is too coarse for', async ({ page }) => {
  test.slow();
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, picture } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'density', channels: ['disc'] });
    const places = Array.from({ length: 12 }, (_, i) => [14 + (i % 4) * 22, 14 + Math.floor(i / 4) * 24] as const);
    await task.add(picture(places, 5), { points: places });
    // Eight by eight of these beside each other.
    const canvas = new OffscreenCanvas(8 * width, 8 * height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    for (let i = 0; i < 64; i += 1)
      context.putImageData(picture(places, 5), (i % 8) * width, Math.floor(i / 8) * height);
    const tiled = await task.predictTiles(canvas, { quick: true });
    const one = await task.predict(canvas, { quick: true });
    const refused = await task.predictTiles(canvas, { tile: 8 }).catch((reason: { code: string }) => reason.code);
    const empty = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const unlabelled = await empty.predictTiles(canvas).catch((reason: { code: string }) => reason.code);
    const broken = await task.predictTiles(new Blob(['no picture'])).catch((reason: { code: string }) => reason.code);
    anolis.dispose();
    return { tiled: tiled.count(), points: tiled.points().length, one: one.count(), refused, unlabelled, broken };
  });
  const truth = 64 * 12;
  expect(Math.abs(found.tiled - truth)).toBeLessThan(0.3 * truth);
  expect(Math.abs(found.points - truth)).toBeLessThan(0.3 * truth);
  expect(found.one).toBeLessThan(0.1 * truth);
  expect(found).toMatchObject({ refused: 'tiles', unlabelled: 'empty-support', broken: 'not-an-image' });
});
