import { expect, test } from './support/fixtures.js';
import { openLibrary, watchWorkers } from './support/library.js';
import { overlayOn, prepareBall, teach } from './support/live.js';

const places = [
  [40, 60],
  [80, 80],
  [120, 50],
] as const;

// A camera keeps the processor busy beside everything else.
test.slow();

test.beforeEach(async ({ page }) => {
  await openLibrary(page);
  await prepareBall(page);
});

test.afterEach(async ({ page }) => {
  await page.evaluate(() => lesson.anolis.dispose());
});

for (const view of ['fill', 'heat'] as const) {
  test(`the overlay of a mask, seen as ${view}, follows what a camera sees`, async ({ page }) => {
    await teach(page, 'mask');
    await page.evaluate(async (wanted) => {
      const options = { view: wanted, opacity: 1, picture: false, onFrame };
      globalThis.live = await lesson.task.live(ball.film(), shown, options);
    }, view);
    for (const [x, y] of places) {
      await page.evaluate((at) => ball.move(...at), [x, y] as const);
      await expect
        .poll(async () => {
          const overlay = await overlayOn(page);
          return Math.hypot(overlay.x - x, overlay.y - y);
        })
        .toBeLessThan(4);
      const { count, size } = await overlayOn(page);
      expect(size).toEqual([160, 120]);
      expect(count).toBeGreaterThan(0.6 * Math.PI * 22 ** 2);
      expect(count).toBeLessThan(1.7 * Math.PI * 22 ** 2);
    }
    const frame = await page.evaluate(() => nextFrame());
    expect(frame).toMatchObject({ width: 160, height: 120, predicted: true });
    expect(frame.framesPerSecond).toBeGreaterThan(0);
    expect(frame.latency).toBeGreaterThan(0);
  });
}

for (const kind of ['keypoints', 'density'] as const) {
  test(`the points of ${kind} are told and drawn where they are`, async ({ page }) => {
    await teach(page, kind);
    const far = await page.evaluate(async (all) => {
      globalThis.live = await lesson.task.live(ball.film(), shown, { picture: false, opacity: 1, onFrame });
      const far: number[] = [];
      for (const [x, y] of all) {
        ball.move(x, y);
        const near = ({ points = [] }: { points?: readonly { x: number; y: number }[] }) =>
          Math.hypot((points[0]?.x ?? -99) - x, (points[0]?.y ?? -99) - y);
        far.push(near(await nextFrame((frame) => near(frame) < 8)));
      }
      return far;
    }, places);
    expect(Math.max(...far)).toBeLessThan(8);
    const overlay = await overlayOn(page);
    expect(Math.hypot(overlay.x - 120, overlay.y - 50)).toBeLessThan(8);
    if (kind === 'density') {
      const { counts } = await page.evaluate(() => nextFrame());
      expect(Math.round(counts?.[0] ?? 0)).toBe(1);
    }
  });
}

test('the values of a map cover the frame', async ({ page }) => {
  await teach(page, 'map');
  await page.evaluate(async () => {
    globalThis.live = await lesson.task.live(ball.film(), shown, { picture: false, opacity: 1, onFrame });
    await nextFrame();
  });
  expect((await overlayOn(page)).count).toBe(160 * 120);
});

test('tags of every frame are told', async ({ page }) => {
  await teach(page, 'mask');
  const tags = await page.evaluate(async () => {
    globalThis.live = await lesson.tags.live(ball.film(), shown, { onFrame });
    return (await nextFrame()).tags;
  });
  expect(tags?.map(({ name }) => name)).toEqual(['ball', 'cube']);
  expect(tags?.[0]?.probability).toBeGreaterThan(tags?.[1]?.probability as number);
  expect((await overlayOn(page)).count).toBe(160 * 120);
});

test('frames are shown before there is an example, and predicted from the first one on', async ({ page }) => {
  await teach(page, 'mask');
  const predicted = await page.evaluate(async () => {
    const task = await lesson.anolis.task({ kind: 'mask', channels: ['ball'] });
    globalThis.live = await task.live(ball.film(), shown, { onFrame });
    const before = await nextFrame();
    const data = new Uint8Array(160 * 120).fill(1, 0, 4000);
    await task.add(ball.canvas, { width: 160, height: 120, data });
    await nextFrame((frame) => frame.predicted);
    return before.predicted;
  });
  expect(predicted).toBe(false);
});

test('it can be paused, looked at otherwise, and ended, and the canvas used again', async ({ page }) => {
  await teach(page, 'mask');
  const seen = await page.evaluate(async () => {
    const camera = ball.film();
    const live = await lesson.task.live(camera, shown, { onFrame });
    await nextFrame();
    live.pause();
    const paused = [live.paused];
    live.set({ view: 'contour' });
    await nextFrame();
    const count = drawn.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    paused.push(drawn.length <= count + 1);
    live.resume();
    await nextFrame();
    live.stop();
    await live.finished;
    const stopper = new AbortController();
    const again = await lesson.task.live(camera, shown, { onFrame, signal: stopper.signal });
    await nextFrame();
    stopper.abort();
    await again.finished;
    return { paused, camera: camera.getVideoTracks()[0]?.readyState };
  });
  expect(seen).toEqual({ paused: [true, true], camera: 'live' });
});

test('it ends when the camera does', async ({ page }) => {
  await teach(page, 'mask');
  await page.evaluate(async () => {
    const camera = ball.film();
    const [track] = camera.getVideoTracks();
    const live = await lesson.task.live(track as MediaStreamTrack, shown, { onFrame });
    await nextFrame();
    track?.stop();
    // Only others than the one who stops a track are told.
    track?.dispatchEvent(new Event('ended'));
    await live.finished;
  });
});

test('a worker that dies costs a frame', async ({ page }) => {
  await watchWorkers(page);
  await teach(page, 'mask');
  const seen = await page.evaluate(async () => {
    globalThis.live = await lesson.task.live(ball.film(), shown, { onFrame });
    await nextFrame();
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' }));
    const after = await nextFrame();
    return { predicted: after.predicted, workers: workers.length };
  });
  expect(seen).toEqual({ predicted: true, workers: 2 });
});

test('what cannot be followed or drawn is said', async ({ page }) => {
  await teach(page, 'mask');
  const codes = await page.evaluate(async () => {
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'none',
        (reason: { code?: string; name: string }) => reason.code ?? reason.name,
      );
    const { task, anolis } = lesson;
    const webgl = document.createElement('canvas');
    webgl.getContext('webgl2');
    const broken = document.createElement('video');
    broken.src = URL.createObjectURL(new Blob(['no video'], { type: 'video/webm' }));
    await new Promise((resolve) => broken.addEventListener('error', resolve, { once: true }));
    const late = document.createElement('video');
    const following = await task.live(late, document.createElement('canvas'));
    const ended = code(following.finished);
    late.src = URL.createObjectURL(new Blob(['no video'], { type: 'video/webm' }));
    const pairs = await anolis.task({ kind: 'mask', channels: ['ball'], images: 2 });
    return [
      await code(task.live(new MediaStream(), shown)),
      await code(task.live(ball.film(), webgl)),
      await code(task.live(broken, shown)),
      await ended,
      await code(pairs.live(ball.film(), shown)),
      await code(task.live(ball.film(), shown, { view: 'points' })),
      await code(task.live(ball.film(), shown, { signal: AbortSignal.abort() })),
    ];
  });
  expect(codes).toEqual([
    'live-source',
    'live-canvas',
    'live-source',
    'live-source',
    'image-count',
    'RangeError',
    'aborted',
  ]);
});
