import type { Anolis, Task } from '../../www/src/anolis/public/index.js';
import { expect, test } from './support/fixtures.js';
import { exhaustibleGpu, losableGpu, loseGpuAtOnce } from './support/gpu.js';
import { openLibrary, tryLoad } from './support/library.js';
import { square } from './support/pictures.js';
import { openScenes } from './support/scenes.js';

interface Spent {
  readonly anolis: Anolis;
  readonly task: Task;
  readonly former: Uint8Array;
  outcome?: Promise<unknown>;
  steps: number;
}

declare global {
  /** What is left on the page between the halves of a test. */
  var spent: Spent;
}

test.use({ allowed: [/device|gpu|lost/i] });

test('a GPU lost during loading: told by name, replaced by the CPU where the choice was free', async ({ page }) => {
  await loseGpuAtOnce(page);
  await openLibrary(page);
  expect(await tryLoad(page, 'webgpu')).toMatchObject({ name: 'BackendError', code: 'device-lost' });
  const loaded = await tryLoad(page, 'auto');
  expect(loaded).toMatchObject({ backend: 'cpu', notices: ['device-lost'] });
  expect(loaded.fractions).toEqual([...loaded.fractions].sort((a, b) => a - b));
});

// One load for all of it: a software GPU compiles for minutes.
test('the page paints and predicts on the GPU, and goes on when it is lost', async ({ anolis, page }) => {
  const loseGpu = await losableGpu(page);
  await anolis.open();
  await expect(anolis.app).toHaveAttribute('data-backend', 'webgpu');
  const file = (name: string) => ({ name, mimeType: 'image/png', buffer: square(128, 96) });
  await anolis.choose(file('first.png'), file('second.png'));
  await expect(anolis.pictures).toHaveCount(2);
  const other = anolis.tiles.nth(1);

  await test.step('a stroke is answered while the brush is down', async () => {
    await anolis.holdBrush([0.3, 0.3], [0.45, 0.3], [0.45, 0.45], [0.3, 0.45]);
    await expect(other).toHaveAttribute('data-predicted', 'quick', { timeout: 300_000 });
    await page.mouse.up();
  });
  await test.step('the full network follows, and finds the square', async () => {
    await anolis.predicted();
    const [, covered] = await anolis.covered();
    expect(covered).toBeGreaterThan(0.02);
    expect(covered).toBeLessThan(0.2);
  });
  await test.step('the CPU takes over with what was painted', async () => {
    await loseGpu();
    await anolis.paint([0.3, 0.4], [0.45, 0.4]);
    await expect(anolis.app).toHaveAttribute('data-backend', 'cpu', { timeout: 60_000 });
    await expect(anolis.problems).toContainText('GPU was lost');
    await anolis.predicted();
    await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
    const [, covered] = await anolis.covered();
    expect(covered).toBeGreaterThan(0.02);
    expect(covered).toBeLessThan(0.2);
  });
});

test('a GPU whose memory is spent while a task is adapted: told by name, example and former adapter kept', async ({
  page,
}) => {
  const exhaustGpu = await exhaustibleGpu(page);
  await openScenes(page);
  await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'webgpu', quality: 'fast' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    await task.add(picture([[30, 40]], 14), { width, height, data: bytes((i) => Number(disc(i, 30, 40, 14))) });
    // One number in the form of safetensors: what the decoder adds to every logit.
    const header = JSON.stringify({ 'decoder.last.bias': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    const former = new Uint8Array(8 + header.length + 4);
    former[0] = header.length;
    former.set(new TextEncoder().encode(header), 8);
    await task.setAdapter(former);
    const spent: Spent = { anolis, task, former, steps: 0 };
    const onProgress = () => {
      spent.steps += 1;
    };
    spent.outcome = task.adapt({ level: 1, steps: 1000, onProgress }).catch(({ code }) => code);
    Object.assign(globalThis, { spent });
  });
  await expect.poll(() => page.evaluate(() => spent.steps), { timeout: 600_000 }).toBeGreaterThan(0);
  await exhaustGpu();
  const found = await page.evaluate(async () => {
    const { anolis, task, former, outcome } = spent;
    const code = await outcome;
    const { picture, disc } = scenes;
    const mask = (await task.predict(await anolis.image(picture([[60, 40]], 14)))).mask();
    const right = mask.filter((found, i) => found === Number(disc(i, 60, 40, 14))).length / mask.length;
    const kept = (await task.adapter())?.join() === former.join();
    return { code, backend: anolis.backend, notices: anolis.notices.map(({ code }) => code), kept, right };
  });
  expect(found).toMatchObject({ code: 'adaptation-lost', backend: 'cpu', notices: ['device-lost'], kept: true });
  expect(found.right).toBeGreaterThan(0.97);
});
