import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

/** What probabilities may differ by: a fused multiply-add rounds once where two instructions round twice. */
const TOLERANCE = 1e-4;

const assets = fileURLToPath(new URL('../../www/src/anolis/assets', import.meta.url));
const modules = ['cpu', 'relaxed'].map((name) => ({ name, bytes: readFileSync(`${assets}/${name}/anolis_bg.wasm`) }));

test('Chromium fetches the relaxed runtime unless it is given the plain one, and both answer alike', async ({
  page,
}) => {
  const fetched: unknown[] = [];
  await page.route('**/*.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    fetched.push(modules.find(({ bytes }) => bytes.equals(body))?.name);
    await route.fulfill({ response });
  });
  await openScenes(page);
  const [relaxed = [], plain = []] = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const answers = [];
    for (const assets of [{}, { runtime: { cpu: {} } }]) {
      const anolis = await library.Anolis.load({ backend: 'cpu', threads: 1, assets });
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      for (const x of [30, 50]) {
        await task.add(picture([[x, 40]], 16), { width, height, data: bytes((i) => Number(disc(i, x, 40, 16))) });
      }
      const prediction = await task.predict(picture([[60, 40]], 16));
      answers.push([...prediction.probability(0)]);
      anolis.dispose();
    }
    return answers;
  });
  expect(fetched).toEqual(['relaxed', 'cpu']);
  expect(Math.max(...plain)).toBeGreaterThan(0.8);
  const differences = relaxed.map((value, i) => Math.abs(value - (plain[i] ?? Number.NaN)));
  expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  // Two modules that answered to the last bit would be one.
  expect(Math.max(...differences)).toBeGreaterThan(0);
});
