import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('classes that exclude each other, from class ids and from marks', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const [example, query] = [picture([[30, 40]], 16), picture([[60, 40]], 16)];
    const labels = [
      { width, height, data: bytes((i) => Number(disc(i, 30, 40, 16))) },
      {
        marks: [
          {
            class: 1,
            scribble: [
              [25, 40],
              [35, 42],
            ],
            width: 6,
          },
          { class: 0, click: [30, 60], radius: 3 },
          {
            class: 0,
            box: [
              [70, 5],
              [90, 15],
            ],
          },
        ],
      },
    ] as const;
    const ious = [];
    for (const label of labels) {
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      await task.add(example, label);
      const mask = (await task.predict(query, { quick: true })).mask();
      const both = mask.filter((id, i) => id === 1 && disc(i, 60, 40, 16)).length;
      const either = mask.filter((id, i) => id === 1 || disc(i, 60, 40, 16)).length;
      ious.push(both / either);
    }
    anolis.dispose();
    return ious;
  });
  expect(found[0]).toBeGreaterThan(0.8);
  expect(found[1]).toBeGreaterThan(0.6);
});

test('classes that overlap', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc', 'disc and ring'], overlap: true });
    const layers = [16, 24].map((radius) => bytes((i) => Number(disc(i, 30, 40, radius))));
    await task.add(picture([[30, 40]], 16), { width, height, layers });
    const prediction = await task.predict(picture([[60, 40]], 16), { quick: true });
    const centre = 40 * width + 60;
    anolis.dispose();
    return [prediction.mask(0)[centre], prediction.mask(1)[centre], prediction.mask(0)[0], prediction.mask(1)[0]];
  });
  expect(found).toEqual([1, 1, 0, 0]);
});

test('keypoints', async ({ page }) => {
  await openScenes(page);
  const points = await page.evaluate(async () => {
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'keypoints', channels: ['disc', 'never seen'] });
    await task.add(scenes.picture([[30.3, 44.8]], 8), { keypoints: [[30.3, 44.8], null] });
    const prediction = await task.predict(scenes.picture([[61, 27]], 8), { quick: true });
    anolis.dispose();
    return prediction.points();
  });
  expect(points.map(({ channel }) => channel)).toEqual([0, 1]);
  expect(Math.hypot((points[0]?.x ?? 0) - 61, (points[0]?.y ?? 0) - 27)).toBeLessThan(4);
  expect(points[1]?.score).toBeLessThan(0.001);
});

test('maps of several components, with holes', async ({ page }) => {
  await openScenes(page);
  const errors = await page.evaluate(async () => {
    const { width, height, disc, picture, floats } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'map', channels: ['height', 'depth'] });
    const value = (x: number) => (i: number) => (disc(i, x, 40, 16) ? 0.8 : 0.3);
    const map = [floats((i) => (i % width > 80 ? Number.NaN : value(30)(i))), floats((i) => 1 - value(30)(i))];
    await task.add(picture([[30, 40]], 16), { width, height, map });
    const prediction = await task.predict(picture([[60, 40]], 16), { quick: true });
    anolis.dispose();
    return [0, 1].map((component) => {
      const truth = (i: number) => (component === 0 ? value(60)(i) : 1 - value(60)(i));
      const found = prediction.map(component);
      return found.reduce((sum, at, i) => sum + Math.abs(at - truth(i)), 0) / found.length;
    });
  });
  for (const error of errors) expect(error).toBeLessThan(0.06);
});

test('objects are counted and found', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'density', channels: ['disc'] });
    const grid = (n: number, shift: number) =>
      Array.from({ length: n }, (_, i) => [14 + shift + (i % 4) * 22, 12 + Math.floor(i / 4) * 19] as const);
    await task.add(scenes.picture(grid(5, 0), 5), { points: grid(5, 0) });
    const prediction = await task.predict(scenes.picture(grid(14, 3), 5), { quick: true });
    const points = prediction.points();
    const near = grid(14, 3).filter(([x, y]) => points.some((point) => Math.hypot(point.x - x, point.y - y) < 6));
    anolis.dispose();
    return { count: prediction.count(), sum: prediction.map().reduce((a, b) => a + b, 0), near: near.length };
  });
  expect(Math.abs(found.count - 14)).toBeLessThan(3);
  expect(Math.abs(found.sum - found.count)).toBeLessThan(0.05 * found.count);
  expect(found.near).toBeGreaterThanOrEqual(12);
});

test('labels and questions of another kind are refused and change nothing', async ({ page }) => {
  await openScenes(page);
  const codes = await page.evaluate(async () => {
    const { width, height, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const image = await anolis.image(picture([[30, 40]], 16));
    const task = await anolis.task({ kind: 'keypoints', channels: ['disc'] });
    const example = await task.add(image, { keypoints: [[30, 40]] });
    const code = (action: Promise<unknown>) => action.then(String, (reason: { code: string }) => reason.code);
    const before = (await task.predict(image, { quick: true })).points();
    const found = [
      await code(task.update(example, { width, height, data: bytes(() => 1) })),
      await code(task.update(example, { marks: [{ class: 1, click: [1, 1] }] })),
      await code(task.update(example, { keypoints: [[30, 40], null] })),
      await code(task.update(example, { keypoints: [[Number.NaN, 40]] })),
      await code(task.update(example, { keypoints: [[30, 81]] })),
      await code(task.predict(image, { quick: true }).then((prediction) => prediction.mask())),
      await code(anolis.task({ kind: 'video' as 'mask', channels: ['a'] })),
    ];
    const after = (await task.predict(image, { quick: true })).points();
    anolis.dispose();
    return [...found, JSON.stringify(before) === JSON.stringify(after)];
  });
  const refused = ['label-kind', 'label-kind', 'label-points', 'label-point', 'label-point', 'answer-kind'];
  expect(codes).toEqual([...refused, 'unsupported-kind', true]);
});
