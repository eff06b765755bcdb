import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { launch } from './playwright.config.js';
import { type AnolisPage, expect, test } from './support/fixtures.js';
import { watchWorkers } from './support/library.js';
import { recordClip } from './support/video.js';

declare global {
  /** Cameras that were opened since {@link watchCameras}. */
  var cameras: MediaStream[];
  /** What the status line has said since {@link watchStatus}. */
  var said: string[];
}

test.use(launch('--use-fake-device-for-media-stream'));

// A camera keeps the processor busy beside everything else, and a frame waits while the examples are learnt.
test.slow();
const patience = { timeout: 300_000 };

const view = (page: Page) => page.locator('anolis-live section');
const frames = async (page: Page) => Number(await view(page).getAttribute('data-frames'));

async function watchCameras(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.cameras = [];
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const camera = await open(wanted);
      cameras.push(camera);
      return camera;
    };
  });
}

/** Remembers what the status line says, which something else may say over at once. */
async function watchStatus({ status }: AnolisPage): Promise<void> {
  await status.evaluate((element) => {
    globalThis.said = [];
    const note = () => said.push(element.textContent ?? '');
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
  });
}

const tracks = (page: Page) =>
  page.evaluate(() => cameras.map((camera) => camera.getTracks().map(({ readyState }) => readyState)));

/** Opens the camera, labels a frame of it and waits until its overlay runs. */
async function labelCamera(anolis: AnolisPage, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.getByTestId('label-frame').click();
  await expect(anolis.pictures).toHaveCount(1);
  await anolis.paint([0.3, 0.4], [0.5, 0.5], [0.6, 0.6]);
  await expect(view(page)).toHaveAttribute('data-predicted', '', patience);
}

test('the overlay follows the camera as soon as a frame is labelled', async ({ anolis, page, context }) => {
  await context.grantPermissions(['camera']);
  await watchCameras(page);
  await anolis.open();
  await watchStatus(anolis);
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await expect(view(page)).toHaveAttribute('data-state', 'playing');
  await expect(page.getByText('Label a frame: its overlay')).toBeVisible();
  await expect(page.getByTestId('rate')).toHaveCount(0);
  await page.getByTestId('label-frame').click();
  await expect(anolis.pictures).toHaveCount(1);
  await expect(anolis.canvas).toBeFocused();
  await anolis.paint([0.3, 0.4], [0.5, 0.5], [0.6, 0.6]);
  await expect(view(page)).toHaveAttribute('data-predicted', '', patience);
  await expect(page.locator('anolis-live canvas')).toBeVisible();
  await expect(page.getByTestId('rate')).toHaveText(/\d frames\/s · [\d.]+ m?s behind/);
  await expect.poll(() => page.evaluate(() => said.join(' ')), patience).toContain('frames per second');
  const before = await frames(page);
  await expect.poll(() => frames(page), patience).toBeGreaterThan(before);
  // Another frame, while the first one's overlay runs.
  await page.keyboard.press('l');
  await expect(anolis.pictures).toHaveCount(2);
  await expect(anolis.pictures.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => frames(page), patience).toBeGreaterThan(before + 2);
  expect(await tracks(page)).toEqual([['live']]);
  await page.getByRole('button', { name: 'Stop and close' }).click();
  await expect(view(page)).toHaveCount(0);
  expect(await tracks(page)).toEqual([['ended']]);
  await expect(anolis.status).toHaveText('Camera off.');
  await anolis.predicted();
});

test('a video is played, paused, sought in and labelled from the keyboard', async ({ anolis, page }) => {
  await anolis.open();
  await watchStatus(anolis);
  const ends = () => page.evaluate(() => said.filter((text) => text.startsWith('The video has ended')).length);
  await anolis.choose(await recordClip(page));
  await expect(view(page)).toHaveAttribute('data-state', /playing|paused/);
  await expect.poll(ends).toBe(1);
  await expect(view(page)).toHaveAttribute('data-state', 'paused');
  const seek = page.getByTestId('seek');
  await seek.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => seek.inputValue()).toBe('0');
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => Number(await seek.inputValue())).toBeGreaterThan(0);
  await page.getByTestId('label-frame').focus();
  await page.keyboard.press('l');
  await expect(anolis.pictures).toHaveCount(1);
  await expect(anolis.pictures.first()).toHaveAttribute('aria-label', /ball 0-00\.\d+\.jpg/);
  // The ball, as the first frames show it.
  await anolis.paint([0.16, 0.4], [0.24, 0.5], [0.16, 0.6], [0.2, 0.5]);
  await expect(view(page)).toHaveAttribute('data-predicted', '', patience);
  await page.keyboard.press('k');
  await expect.poll(ends, patience).toBe(2);
  expect(await frames(page)).toBeGreaterThan(1);
  // What a stroke changes is seen on a frame that stands still.
  const before = await frames(page);
  await anolis.paint([0.9, 0.1], [0.95, 0.2]);
  await expect.poll(() => frames(page), patience).toBeGreaterThan(before);
  await expect(view(page)).toHaveAttribute('data-state', 'paused');
  // The session has the frame, not the video.
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await page.reload();
  await anolis.ready();
  await expect(anolis.pictures).toHaveCount(1);
  await expect(view(page)).toHaveCount(0);
});

test('a camera that is not allowed, or not there, is said', async ({ anolis, page }) => {
  await page.addInitScript(() => {
    let name = 'NotAllowedError';
    navigator.mediaDevices.getUserMedia = () => {
      const refusal = new DOMException('simulated', name);
      name = 'NotFoundError';
      return Promise.reject(refusal);
    };
  });
  await anolis.open();
  const use = page.getByRole('button', { name: 'Use the camera' });
  await use.click();
  await expect(anolis.problems).toContainText('does not let this page use the camera');
  await expect(view(page)).toHaveCount(0);
  await use.click();
  await expect(anolis.problems).toContainText('No camera was found');
  await expect(use).toBeVisible();
});

test('a video that cannot be played is said', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.choose({ name: 'broken.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video at all') });
  await expect(anolis.problems).toContainText('broken.mp4: this browser cannot play this video');
  await expect(view(page)).toHaveCount(0);
});

test('a camera that is unplugged closes its view and says so', async ({ anolis, page, context }) => {
  await context.grantPermissions(['camera']);
  await watchCameras(page);
  await anolis.open();
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await expect(view(page)).toHaveAttribute('data-state', 'playing');
  await page.evaluate(() => cameras[0]?.getVideoTracks()[0]?.dispatchEvent(new Event('ended')));
  await expect(anolis.problems).toContainText('disconnected');
  await expect(view(page)).toHaveCount(0);
  expect(await tracks(page)).toEqual([['ended']]);
});

test.describe('a worker that dies', () => {
  // The frame it had goes with it.
  test.use({ allowed: [/VideoFrame was garbage collected/] });

  test('the overlay goes on after the worker died', async ({ anolis, page, context }) => {
    await context.grantPermissions(['camera']);
    await watchWorkers(page);
    await anolis.open();
    await labelCamera(anolis, page);
    await page.evaluate(() => workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' })));
    await expect(anolis.problems).toContainText('worker stopped');
    const before = await frames(page);
    await expect.poll(() => frames(page), patience).toBeGreaterThan(before + 1);
    expect(await page.evaluate(() => workers.length)).toBe(2);
  });
});

test('views and kinds of the session are those of the overlay', async ({ anolis, page, context }) => {
  await context.grantPermissions(['camera']);
  await anolis.open();
  await labelCamera(anolis, page);
  await page.getByTestId('view').selectOption('heat');
  await anolis.kind('density');
  await expect(view(page)).not.toHaveAttribute('data-predicted', '', patience);
  await anolis.click([0.3, 0.4], [0.6, 0.5]);
  await expect(view(page).getByTestId('found')).toContainText('found', patience);
  await page.getByLabel('Whole network').check();
  const before = await frames(page);
  await expect.poll(() => frames(page), patience).toBeGreaterThan(before);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to complain about beside a video (${colorScheme})`, async ({ anolis, page, context }) => {
    await context.grantPermissions(['camera']);
    await page.emulateMedia({ colorScheme });
    const violations = async () => {
      const { violations: found } = await new AxeBuilder({ page }).analyze();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    };
    await anolis.open();
    await anolis.choose(await recordClip(page));
    await expect(view(page)).toHaveAttribute('data-state', 'paused');
    expect(await violations()).toEqual([]);
    await page.getByTestId('label-frame').click();
    await anolis.paint([0.3, 0.4], [0.5, 0.5]);
    await expect(view(page)).toHaveAttribute('data-predicted', '', patience);
    expect(await violations()).toEqual([]);
  });
}

test.describe('on a narrow phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing sticks out beside a video', async ({ anolis, page }) => {
    const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await anolis.open();
    await anolis.choose(await recordClip(page));
    await expect(view(page)).toHaveAttribute('data-state', 'paused');
    expect(await overhang()).toBe(0);
    await page.getByTestId('label-frame').click();
    await expect(anolis.canvas).toBeInViewport();
    await anolis.paint([0.3, 0.4], [0.5, 0.5]);
    await expect(view(page)).toHaveAttribute('data-predicted', '', patience);
    expect(await overhang()).toBe(0);
  });
});
