import { expect, test } from './support/fixtures.js';
import { watchWorkers } from './support/library.js';
import { openScenes } from './support/scenes.js';

test('what only the second picture shows is found, also by a worker that was started again', async ({ page }) => {
  await openScenes(page);
  await watchWorkers(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const empty = picture([], 16);
    const task = await anolis.task({ kind: 'mask', channels: ['disc'], images: 2 });
    const label = { width, height, data: bytes((i) => Number(disc(i, 30, 40, 16))) };
    const example = await anolis.image([empty, picture([[30, 40]], 16)]);
    await task.add(example, label);
    const iou = async (quick: boolean) => {
      const mask = (await task.predict([empty, picture([[60, 40]], 16)], { quick })).mask();
      const both = mask.filter((id, i) => id === 1 && disc(i, 60, 40, 16)).length;
      return both / mask.filter((id, i) => id === 1 || disc(i, 60, 40, 16)).length;
    };
    const ious = [await iou(true), await iou(false)];
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' }));
    ious.push(await iou(true));
    const size = [example.width, example.height];
    anolis.dispose();
    return { ious, size, workers: workers.length };
  });
  expect(found).toMatchObject({ size: [96, 80], workers: 2 });
  for (const iou of found.ious) expect(iou).toBeGreaterThan(0.8);
});

test('another number of pictures is refused and changes nothing', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const code = (action: Promise<unknown>) => action.then(String, (reason: { code: string }) => reason.code);
    const label = { width, height, data: bytes((i) => Number(disc(i, 30, 40, 16))) };
    const [empty, shown] = [picture([], 16), picture([[30, 40]], 16)];
    const pairs = await anolis.task({ kind: 'mask', channels: ['disc'], images: 2 });
    const singles = await anolis.task({ kind: 'mask', channels: ['disc'] });
    await pairs.add([empty, shown], label);
    await singles.add(shown, label);
    const codes = [
      await code(pairs.add(shown, label)),
      await code(singles.add([empty, shown], label)),
      await code(pairs.predict(shown, { quick: true })),
      await code(singles.predict([empty, shown])),
      await code(anolis.image([empty, shown, empty] as never)),
      await code(anolis.image([] as never)),
      await code(anolis.task({ kind: 'mask', channels: ['disc'], images: 3 as 2 })),
    ];
    const centre = 40 * width + 30;
    const after = [
      (await pairs.predict([empty, shown], { quick: true })).mask()[centre],
      (await singles.predict(shown, { quick: true })).mask()[centre],
    ];
    anolis.dispose();
    return { codes, after };
  });
  expect(found).toEqual({ codes: Array(7).fill('image-count'), after: [1, 1] });
});
