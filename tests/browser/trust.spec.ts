import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('a prediction says how far each pixel can be trusted', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu', quality: 'fast' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    for (const x of [28, 50, 70]) {
      await task.add(picture([[x, 40]], 16), { width, height, data: bytes((i) => Number(disc(i, x, 40, 16))) });
    }
    const prediction = await task.predict(picture([[60, 36]], 16));
    const [mask, doubts] = [prediction.mask(), prediction.uncertainty()];
    const mean = (wanted: (i: number) => boolean) => {
      const of = doubts.filter((_, i) => wanted(i));
      return of.reduce((sum, doubt) => sum + doubt, 0) / of.length;
    };
    const edge = (i: number) => disc(i, 60, 36, 18) && !disc(i, 60, 36, 14);
    anolis.dispose();
    return {
      length: doubts.length - mask.length,
      range: doubts.every((doubt) => doubt >= 0 && doubt <= 1),
      edge: mean(edge),
      rest: mean((i) => !edge(i)),
      all: mean(() => true),
      image: prediction.imageUncertainty,
    };
  });
  expect(found).toMatchObject({ length: 0, range: true });
  expect(found.edge).toBeGreaterThan(3 * found.rest);
  expect(Math.abs(found.image - found.all)).toBeLessThan(0.02);
});

test('what to label next', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu', quality: 'fast' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const open = (radius: number) => Promise.all([40, 42, 44].map((x) => anolis.image(picture([[x, 40]], radius))));
    const [small, large] = [await open(5), await open(24)];
    const all = [...small, ...large];
    const first = await task.suggest(all, 2);
    const example = large[1] as (typeof all)[number];
    await task.add(example, { width, height, data: bytes((i) => Number(disc(i, 42, 40, 24))) });
    const next = await task.suggest(all);
    const every = await task.suggest(all, 99);
    const refused = await task.suggest(all, 0).catch((reason: Error) => reason.name);
    await large[0]?.dispose();
    const gone = await task.suggest(all).catch((reason: { code: string }) => reason.code);
    anolis.dispose();
    return {
      groups: first.map((image) => small.includes(image)).sort(),
      next: next.map((image) => small.includes(image)),
      every: every.length,
      example: every.includes(example),
      refused,
      gone,
    };
  });
  expect(found).toEqual({
    groups: [false, true],
    next: [true],
    every: 5,
    example: false,
    refused: 'RangeError',
    gone: 'image-disposed',
  });
});
