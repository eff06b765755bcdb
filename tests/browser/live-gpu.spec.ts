import { expect, test } from './support/fixtures.js';
import { countReads } from './support/gpu.js';
import { openLibrary } from './support/library.js';
import { overlayOn, prepareBall, teach } from './support/live.js';

// A software GPU takes minutes to start and seconds for a frame, so that one test sees all.
test('a frame stays on the GPU from the camera to its overlay, which shows what the picture is predicted to be', async ({
  page,
}, info) => {
  const reads = await countReads(page);
  await openLibrary(page);
  await prepareBall(page);
  await teach(page, 'mask', 'webgpu');
  expect(await page.evaluate(() => lesson.anolis.backend)).toBe('webgpu');
  expect(await reads()).toBeGreaterThan(0);

  for (const quick of [true, false]) {
    await test.step(quick ? 'the mask of the read-out' : 'the mask of the network', async () => {
      const expected = await page.evaluate(async (asked) => {
        ball.move(100, 70);
        const prediction = await lesson.task.predict(ball.canvas, { quick: asked });
        return Array.from(prediction.mask());
      }, quick);
      expect(expected.filter((id) => id > 0).length).toBeGreaterThan(500);
      await page.evaluate(async (asked) => {
        const options = { picture: false, opacity: 1, quick: asked, onFrame };
        globalThis.live = await lesson.task.live(ball.film(), shown, options);
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
      const same = found.filter((id, at) => id === expected[at]).length / found.length;
      expect(same).toBeGreaterThan(0.98);
    });
  }

  await test.step('a keypoint', async () => {
    await page.evaluate(async () => {
      const task = await lesson.anolis.task({ kind: 'keypoints', channels: ['ball'] });
      for (const [x, y] of [
        [40, 60],
        [110, 40],
      ] as const) {
        ball.move(x, y);
        await task.add(ball.canvas, { keypoints: [[x, y]] });
      }
      ball.move(100, 70);
      globalThis.live = await task.live(ball.film(), shown, { picture: false, opacity: 1, onFrame });
      await nextFrame();
    });
    const before = await reads();
    await page.evaluate(() => nextFrame());
    expect(await reads()).toBe(before);
    const ring = await overlayOn(page);
    expect(ring.count).toBeGreaterThan(5);
    expect(Math.hypot(ring.x - 100, ring.y - 70)).toBeLessThan(8);
  });

  await test.step('to be looked at', async () => {
    await page.evaluate(() => {
      live.set({ picture: true });
      return nextFrame();
    });
    await page
      .locator('canvas')
      .last()
      .screenshot({ path: info.outputPath('keypoint.png') });
    await page.evaluate(async () => {
      live.stop();
      globalThis.live = await lesson.task.live(ball.film(), shown, { onFrame });
      await nextFrame();
    });
    await page
      .locator('canvas')
      .last()
      .screenshot({ path: info.outputPath('mask.png') });
  });
});
