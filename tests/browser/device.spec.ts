import { expect, test } from './support/fixtures.js';
import { losableGpu, loseGpuAtOnce } from './support/gpu.js';
import { openLibrary, tryLoad } from './support/library.js';
import { square } from './support/pictures.js';

test.use({ allowed: [/device|gpu|lost/i] });

test('a GPU lost during loading: told by name, replaced by the CPU where the choice was free', async ({ page }) => {
  await loseGpuAtOnce(page);
  await openLibrary(page);
  expect(await tryLoad(page, 'webgpu')).toMatchObject({ name: 'BackendError', code: 'device-lost' });
  const loaded = await tryLoad(page, 'auto');
  expect(loaded).toMatchObject({ backend: 'cpu', notices: ['device-lost'] });
  expect(loaded.fractions).toEqual([...loaded.fractions].sort((a, b) => a - b));
});

// One load for all of it: a software GPU compiles for minutes.
test('the page paints and predicts on the GPU, and goes on when it is lost', async ({ anolis, page }) => {
  const loseGpu = await losableGpu(page);
  await anolis.open();
  await expect(anolis.app).toHaveAttribute('data-backend', 'webgpu');
  const file = (name: string) => ({ name, mimeType: 'image/png', buffer: square(128, 96) });
  await anolis.choose(file('first.png'), file('second.png'));
  await expect(anolis.pictures).toHaveCount(2);
  const other = anolis.tiles.nth(1);

  await test.step('a stroke is answered while the brush is down', async () => {
    await anolis.holdBrush([0.3, 0.3], [0.45, 0.3], [0.45, 0.45], [0.3, 0.45]);
    await expect(other).toHaveAttribute('data-predicted', 'quick', { timeout: 300_000 });
    await page.mouse.up();
  });
  await test.step('the full network follows, and finds the square', async () => {
    await anolis.predicted();
    const [, covered] = await anolis.covered();
    expect(covered).toBeGreaterThan(0.02);
    expect(covered).toBeLessThan(0.2);
  });
  await test.step('the CPU takes over with what was painted', async () => {
    await loseGpu();
    await anolis.paint([0.3, 0.4], [0.45, 0.4]);
    await expect(anolis.app).toHaveAttribute('data-backend', 'cpu', { timeout: 60_000 });
    await expect(anolis.problems).toContainText('GPU was lost');
    await anolis.predicted();
    await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
    const [, covered] = await anolis.covered();
    expect(covered).toBeGreaterThan(0.02);
    expect(covered).toBeLessThan(0.2);
  });
});
