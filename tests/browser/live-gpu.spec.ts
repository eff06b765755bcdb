import { expect, test } from './support/fixtures.js';
import { countReads } from './support/gpu.js';
import { openLibrary } from './support/library.js';
import { prepareBall, teach } from './support/live.js';

// A software GPU takes seconds for a frame, so that each test sees few.
test('a frame stays on the GPU from the camera to the overlay, which is what the picture is predicted to be', async ({
  page,
}) => {
  const reads = await countReads(page);
  await openLibrary(page);
  await prepareBall(page);
  await teach(page, 'mask', 'webgpu');
  expect(await page.evaluate(() => lesson.anolis.backend)).toBe('webgpu');

  for (const quick of [true, false]) {
    const expected = await page.evaluate(async (asked) => {
      ball.move(100, 70);
      const prediction = await lesson.task.predict(ball.canvas, { quick: asked });
      return Array.from(prediction.mask());
    }, quick);
    await page.evaluate(async (asked) => {
      globalThis.live = await lesson.task.live(ball.film(), shown, {
        picture: false,
        opacity: 1,
        quick: asked,
        onFrame,
      });
      await nextFrame();
      await nextFrame();
    }, quick);
    const before = await reads();
    const frame = await page.evaluate(async () => {
      await nextFrame();
      return nextFrame();
    });
    expect(await reads()).toBe(before);
    expect(frame).toMatchObject({ width: 160, height: 120, predicted: true });
    expect(frame.framesPerSecond).toBeGreaterThan(0);
    const found = await page.evaluate(() => {
      live.stop();
      const { width, height } = shown;
      const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(shown, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, at) => Number((data[4 * at + 3] as number) > 0));
    });
    const count = (ids: readonly number[]) => ids.filter((id) => id > 0).length;
    expect(count(expected)).toBeGreaterThan(500);
    const same = found.filter((id, at) => id === expected[at]).length / found.length;
    console.log({ quick, same, found: count(found), expected: count(expected), ...frame });
    expect(same).toBeGreaterThan(0.98);
  }
});
