import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { expect, test } from './support/fixtures.js';

// What a browser says of a device that is left behind.
test.use({ allowed: [/device|gpu/i] });

test('on the GPU a coin is painted, the others are predicted, an adaptation is stopped, masks are exported', async ({
  anolis,
  page,
}) => {
  await anolis.open();
  await expect(anolis.app).toHaveAttribute('data-backend', 'webgpu');
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.predicted();
  expect((await anolis.covered()).slice(1).filter((covered) => covered > 0.01).length).toBeGreaterThanOrEqual(4);

  await page.getByRole('combobox', { name: 'How long to adapt' }).selectOption({ label: '60 steps' });
  await page.getByTestId('adapt').click();
  await expect(page.getByTestId('adapt-running')).toBeVisible();
  await page.getByTestId('adapt-stop').click();
  await expect(page.getByTestId('adapt-result')).toHaveText('Stopped; nothing was changed.', { timeout: 900_000 });

  await page.getByRole('button', { name: 'Export and import' }).click();
  const download = page.waitForEvent('download', { timeout: 900_000 });
  await page.getByTestId('export').click();
  const files = unzipSync(await readFile(await (await download).path()));
  expect(Object.keys(files).filter((name) => name.endsWith('.png'))).toHaveLength(6);
  await expect(anolis.app).toHaveAttribute('data-backend', 'webgpu');
  await expect(anolis.problems).toHaveCount(0);
});
