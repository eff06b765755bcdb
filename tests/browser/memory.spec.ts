import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('a session without memory says the same, from files and from pixels', async ({ page }) => {
  await openScenes(page);
  const [ample, tiny] = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const file = async (image: ImageData) => {
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d')?.putImageData(image, 0, 0);
      return canvas.convertToBlob();
    };
    const ask = async (memory?: number) => {
      const anolis = await library.Anolis.load({
        backend: 'cpu',
        quality: 'fast',
        ...(memory === undefined ? {} : { memory }),
      });
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      const tags = await anolis.task({ kind: 'tags', channels: ['left'] });
      const images = [];
      for (const x of [30, 48, 60, 70]) {
        const scene = picture([[x, 40]], 14);
        images.push(await anolis.image(x < 60 ? await file(scene) : scene));
      }
      const [first, second] = images;
      if (!first || !second) throw new Error('no pictures are open');
      const suggested = (await task.suggest(images)).map(({ id }) => id);
      await task.add(first, { width, height, data: bytes((i) => Number(disc(i, 30, 40, 14))) });
      await tags.add(first, { tags: ['left'] });
      await tags.add(second, { tags: [] });
      const answers = [];
      for (const image of [...images, ...images].reverse()) {
        for (const quick of [true, false])
          answers.push(Array.from((await task.predict(image, { quick })).probability(0)));
        answers.push((await tags.predict(image)).map(({ probability }) => probability));
      }
      anolis.dispose();
      return { suggested, answers };
    };
    return [await ask(), await ask(0)];
  });
  expect(ample?.answers.length).toBe(24);
  expect(tiny).toEqual(ample);
});
