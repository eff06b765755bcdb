import { expect, test } from './support/fixtures.js';
import { openLibrary, watchWorkers } from './support/library.js';

test('a tag is said, added later, refused and known to a worker that was started again', async ({ page }) => {
  await openLibrary(page);
  await watchWorkers(page);
  const found = await page.evaluate(async () => {
    const plain = (red: number) => {
      const image = new ImageData(64, 64);
      for (let i = 0; i < 64 * 64; i += 1) image.data.set([red, (i * 7) % 50, 90, 255], 4 * i);
      return image;
    };
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const code = (action: Promise<unknown>) => action.then(String, (reason: { code: string }) => reason.code);
    const task = await anolis.task({ kind: 'tags', channels: ['red'] });
    const query = await anolis.image(plain(215));
    const codes = [
      await code(task.predict(query)),
      await code(task.add(query, { tags: ['blue'] })),
      await code(task.add(query, { tags: ['red'], not: ['red'] })),
      await code(task.addTag(' RED')),
      await code(anolis.task({ kind: 'tags', channels: ['a', 'A'] })),
    ];
    await task.add(plain(220), { tags: ['red'] });
    const example = await task.add(plain(20), { tags: [] });
    await task.addTag('dark');
    await task.update(example, { tags: ['dark'], not: ['red'] });
    const answer = async () => (await task.predict(query)).map(({ probability }) => probability);
    const before = await answer();
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' }));
    const after = await answer();
    anolis.dispose();
    return { codes, before, after, channels: task.channels, workers: workers.length };
  });
  expect(found.codes).toEqual(['empty-support', 'label-tags', 'label-tags', 'channels', 'channels']);
  expect(found.channels).toEqual(['red', 'dark']);
  expect(found.before[0]).toBeGreaterThan(0.5);
  expect(found.after).toEqual(found.before);
  expect(found.workers).toBe(2);
});
