import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('a session opens as it was saved, with its examples and its adapter', async ({ page }) => {
  test.slow();
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const png = async (x: number) => {
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d')?.putImageData(picture([[x, 40]], 14), 0, 0);
      return canvas.convertToBlob({ type: 'image/png' });
    };
    const places = [25, 40, 55];
    const files = await Promise.all(places.map(png));
    const label = (x: number) => ({ width, height, data: bytes((i) => Number(disc(i, x, 40, 14))) });

    const before = await library.Anolis.load({ backend: 'cpu' });
    const task = await before.task({ kind: 'mask', channels: ['disc'] });
    for (const [place, file] of files.entries()) await task.add(file, label(places[place] as number));
    // Steps as large as here may be refuted by the examples; then there is no adapter to keep.
    await task.adapt({ steps: 2, level: 2 });
    const adapter = await task.adapter();
    const query = picture([[65, 38]], 14);
    const expected = (await task.predict(query)).probability(0);

    const file = await library.writeSession({
      name: 'discs',
      changed: new Date(),
      weights: before.weightsHash,
      images: files.map((blob, place) => ({ id: `${place}`, name: `${place}.png`, files: [blob], width, height })),
      tasks: [
        {
          id: 'mask',
          kind: 'mask',
          channels: ['disc'],
          labels: places.map((x, place) => ({ image: `${place}`, label: label(x) })),
          adapter,
        },
        { id: 'tags', kind: 'tags', channels: ['disc'], labels: [{ image: '0', label: { tags: ['disc'] } }] },
      ],
    });
    before.dispose();

    const after = await library.Anolis.load({ backend: 'cpu' });
    const opened = await after.open(file);
    const [mask, tags] = opened.tasks.map((one) => one.task);
    const answer = (await (mask as typeof task).predict(query)).probability(0);
    const difference = Math.max(...answer.map((value, i) => Math.abs(value - (expected[i] as number))));
    const seen = tags instanceof library.TagTask ? await tags.predict(query) : [];
    const code = await after.open(file.slice(0, file.size - 9)).catch((reason: { code: string }) => reason.code);
    after.dispose();
    return {
      names: opened.images.map(({ name }) => name),
      notices: opened.notices,
      difference,
      tags: seen.length,
      code,
    };
  });
  expect(found).toEqual({
    names: ['0.png', '1.png', '2.png'],
    notices: [],
    difference: 0,
    tags: 1,
    code: 'session-file',
  });
});
