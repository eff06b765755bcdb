import { expect, test } from './support/fixtures.js';
import { openScenes } from './support/scenes.js';

test('a task is adapted step by step, stopped, and answers meanwhile', async ({ page }) => {
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    for (const x of [25, 40, 55]) {
      const data = bytes((i) => Number(disc(i, x, 40, 14)));
      await task.add(picture([[x, 40]], 14), { width, height, data });
    }
    const query = await anolis.image(picture([[65, 38]], 14));
    const answer = async () => (await task.predict(query)).probability(0);
    const before = await answer();

    const seen: { step: number; steps: number; loss: number; heldOut?: number }[] = [];
    const running = task.adapt({ steps: 3, seed: 1, onProgress: (progress) => seen.push(progress) });
    const quick = await task.predict(query, { quick: true });
    const stepsAtAnswer = seen.length;
    const report = await running;

    const stop = new AbortController();
    let steps = 0;
    const onProgress = () => {
      steps += 1;
      stop.abort();
    };
    const aborted = await task.adapt({ steps: 50, onProgress, signal: stop.signal }).catch(({ code }) => code);
    await task.forgetAdaptation();
    const after = await answer();
    const moved = Math.max(...after.map((value, i) => Math.abs(value - (before[i] as number))));

    const empty = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const refused = await empty.adapt().catch(({ code }) => code);
    anolis.dispose();
    return { seen, stepsAtAnswer, quick: quick.width, report, aborted, steps, moved, refused };
  });
  expect(found.seen.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3].map((step) => [step, 3]));
  expect(found.seen.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  expect(found.seen.at(-1)?.heldOut).toBeGreaterThan(0);
  expect(found.stepsAtAnswer).toBeLessThan(3);
  expect(found.report.after).toBeLessThanOrEqual(found.report.before);
  expect(found).toMatchObject({ aborted: 'aborted', steps: 1, moved: 0, refused: 'empty-support' });
});

test('a stopped adaptation goes on where it stopped, and every level makes its steps', async ({ page }) => {
  // Many looks at the held-out part, each several pictures.
  test.slow();
  await openScenes(page);
  const found = await page.evaluate(async () => {
    const { width, height, disc, picture, bytes } = scenes;
    const anolis = await library.Anolis.load({ backend: 'cpu' });
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const data = bytes((i) => Number(disc(i, 50, 40, 14)));
    await task.add(picture([[50, 40]], 14), { width, height, data });
    const [straight, stopped]: [number[], number[]] = [[], []];
    const whole = await task.adapt({ steps: 2, onProgress: ({ loss }) => straight.push(loss) });
    await task.forgetAdaptation();
    const stop = new AbortController();
    const onProgress = ({ loss }: { loss: number }) => {
      stopped.push(loss);
      stop.abort();
    };
    const aborted = await task.adapt({ steps: 2, onProgress, signal: stop.signal }).catch(({ code }) => code);
    const rest = await task.adapt({ resume: true, onProgress });
    await task.forgetAdaptation();

    const levels: [number, number, boolean][] = [];
    for (const level of [0, 1, 2, 4] as const) {
      const losses: number[] = [];
      const report = await task.adapt({ level, steps: 1, onProgress: ({ loss }) => losses.push(loss) });
      levels.push([report.level, losses.length, losses.every(Number.isFinite)]);
    }
    const hurried = await task.adapt({ seconds: 1 });
    anolis.dispose();
    return { straight, stopped, whole, aborted, rest, levels, hurried: hurried.level };
  });
  expect(found.aborted).toBe('aborted');
  expect(found.stopped).toEqual(found.straight);
  expect(found.rest).toEqual(found.whole);
  expect(found.levels).toEqual([0, 1, 2, 4].map((level) => [level, Math.min(level, 1), true]));
  expect(found.hurried).toBe(0);
});
