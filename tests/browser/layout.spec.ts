import { expect, test } from './support/fixtures.js';

test.describe('on a narrow phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing sticks out sideways', async ({ anolis, page }) => {
    const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await anolis.open();
    await expect(page.getByTestId('sample').first()).toBeVisible();
    expect(await overhang()).toBe(0);
    await anolis.openSamples();
    await anolis.paintCoin();
    await anolis.predicted();
    expect(await overhang()).toBe(0);
    await page.getByRole('button', { name: 'Add class' }).click();
    await page.getByRole('checkbox').uncheck();
    expect(await overhang()).toBe(0);
  });
});

test('nothing jumps while the network loads', async ({ anolis, page }) => {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await anolis.open();
  await page.waitForTimeout(500);
  const total = await page.evaluate(() =>
    (globalThis as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0),
  );
  expect(total).toBeLessThan(0.02);
});
