import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import './library.js';
import './scenes.js';

const assets = fileURLToPath(new URL('../../../www/src/anolis/assets', import.meta.url));
const modules = ['cpu', 'relaxed', 'threads'].map((name) => ({
  name,
  bytes: readFileSync(`${assets}/${name}/anolis_bg.wasm`),
}));

/** Names of the runtimes that are fetched from now on. */
export async function watchRuntimes(page: Page): Promise<unknown[]> {
  const fetched: unknown[] = [];
  await page.route('**/*.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    fetched.push(modules.find(({ bytes }) => bytes.equals(body))?.name);
    await route.fulfill({ response });
  });
  return fetched;
}

/** A prediction by each of the sessions that are loaded in turn, and how many threads they had. */
export function predict(page: Page, options: readonly object[]) {
  return page.evaluate(async (options) => {
    const { width, height, disc, picture, bytes } = scenes;
    const answers = [];
    for (const asked of options) {
      const anolis = await library.Anolis.load({ backend: 'cpu', ...asked });
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      for (const x of [30, 50]) {
        await task.add(picture([[x, 40]], 16), { width, height, data: bytes((i) => Number(disc(i, x, 40, 16))) });
      }
      const prediction = await task.predict(picture([[60, 40]], 16));
      answers.push({ threads: anolis.threads, probability: [...prediction.probability(0)] });
      anolis.dispose();
    }
    return answers;
  }, options);
}
