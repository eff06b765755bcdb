import { expect, test } from './support/fixtures.js';

test.use({ serviceWorkers: 'allow', allowed: [/net::ERR_INTERNET_DISCONNECTED|Failed to load resource/] });

test('the page opens without a network once it was open with one', async ({ anolis, page, context }) => {
  await anolis.open();
  await anolis.openSamples();
  await page.evaluate(() => navigator.serviceWorker.ready);
  const kept = () =>
    page.evaluate(async () => (await (await caches.open('anolis-shell-1')).keys()).map(({ url }) => url));
  await expect.poll(async () => (await kept()).filter((url) => url.endsWith('.wasm')).length).toBe(1);
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await context.setOffline(true);
  await page.reload();
  await anolis.ready();
  await expect(anolis.pictures).toHaveCount(6);
  await anolis.paintCoin();
  await anolis.predicted();
  // Nothing has asked for these scripts before.
  await page.getByRole('button', { name: 'Sessions' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as file' }).click();
  expect((await download).suggestedFilename()).toBe('session.anolis');
  await page.getByRole('button', { name: 'Export and import' }).click();
  await expect(page.getByTestId('export')).toBeVisible();
});
