import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('weights in eight bits are half the download, pass their self-test and predict the same', async ({ page }) => {
  const bytes: number[] = [];
  page.on('response', async (response) => {
    if (response.url().includes('.safetensors')) bytes.push((await response.body()).byteLength);
  });
  await openScenes(page);
  const ask = (weights: 'f16' | 'int8') =>
    page.evaluate(async (weights) => {
      const { width, height, disc, picture, bytes } = scenes;
      const anolis = await library.Anolis.load({ backend: 'cpu', weights });
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      await task.add(picture([[30, 40]], 14), { width, height, data: bytes((i) => Number(disc(i, 30, 40, 14))) });
      const prediction = await task.predict(picture([[60, 30]], 14));
      const found = prediction.mask();
      const truth = bytes((i) => Number(disc(i, 60, 30, 14)));
      const count = (has: (i: number) => boolean) => found.filter((_, i) => has(i)).length;
      const both = count((i) => found[i] === 1 && truth[i] === 1);
      const probability = Array.from(prediction.probability(0));
      anolis.dispose();
      return { iou: both / count((i) => found[i] === 1 || truth[i] === 1), probability, hash: anolis.weightsHash };
    }, weights);
  const total = () => bytes.splice(0).reduce((sum, count) => sum + count, 0);
  const [full, large] = [await ask('f16'), total()];
  const [small, half] = [await ask('int8'), total()];
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(0.56 * large);
  expect(small.hash).not.toBe(full.hash);
  expect(small.iou).toBeGreaterThan(0.8);
  const apart = small.probability.map((value, i) => Math.abs(value - (full.probability[i] ?? Number.NaN)));
  expect(Math.max(...apart)).toBeLessThan(0.1);
});

test('the page takes weights in eight bits by its address', async ({ page, anolis }) => {
  const lists: string[] = [];
  page.on('response', async (response) => {
    if (/manifest[^/]*\.json$/.test(response.url())) lists.push((await response.json()).name);
  });
  await page.goto('/?backend=cpu&weights=int8');
  await anolis.ready();
  expect(lists).toEqual(['anolis-xs-int8']);
});
