import { expect, test } from './support/fixtures.js';

test.describe('on a narrow phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing sticks out sideways', async ({ anolis, page }) => {
    const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await anolis.open();
    await expect(page.getByTestId('sample').first()).toBeVisible();
    expect(await overhang()).toBe(0);
    await anolis.openSamples();
    await expect(page.getByRole('banner')).toBeInViewport({ ratio: 1 });
    await expect(anolis.canvas).toBeInViewport({ ratio: 1 });
    await anolis.paintCoin();
    await anolis.predicted();
    expect(await overhang()).toBe(0);
    await page.getByRole('button', { name: 'Add class' }).click();
    await page.getByRole('checkbox').uncheck();
    expect(await overhang()).toBe(0);
  });

  test('tools are in one row, and whatever is pressed is large enough for a finger', async ({ anolis, page }) => {
    // What a finger hits of a checkbox is its label, too.
    const small = () =>
      page.locator('button, select, input:not([type=file]), a[href]').evaluateAll((all) =>
        all
          .map((element) => element.closest('label:has([type=checkbox], [type=radio])') ?? element)
          .filter((element) => element.checkVisibility({ visibilityProperty: true }))
          .map((element) => ({ said: element.outerHTML.slice(0, 200), box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < 40 || box.width < 40))
          .map(({ said, box }) => `${box.width} × ${box.height}: ${said}`),
      );
    await anolis.open();
    await expect(page.getByTestId('sample').first()).toBeVisible();
    expect(await small()).toEqual([]);
    await anolis.openSamples();
    await anolis.paintCoin();
    await anolis.predicted();
    for (const kind of ['mask', 'keypoints', 'map', 'density', 'tags'] as const) {
      await page.getByTestId('kind').selectOption(kind);
      const tops = await page
        .getByRole('toolbar')
        .locator('anolis-toolbar')
        .locator('button, select')
        .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top));
      expect(new Set(tops).size).toBe(1);
      expect(await small()).toEqual([]);
    }
    for (const name of ['Sessions', 'Shortcuts', 'Export and import']) {
      if (name === 'Export and import') await page.getByTestId('kind').selectOption('mask');
      await page.getByRole('button', { name }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await small()).toEqual([]);
      await page.keyboard.press('Escape');
    }
    // Those that do not fit come into sight when they are wanted.
    const size = page.getByRole('slider', { name: 'Size' });
    await size.focus();
    await expect(size).toBeInViewport();
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

test('the picture keeps its place when what is fetched later and the first prediction arrive', async ({ anolis }) => {
  await anolis.open();
  await anolis.openSamples('nuclei');
  const place = async () => [await anolis.place([0, 0]), await anolis.place([1, 1])];
  const opened = await place();
  await anolis.paint([0.2, 0.2], [0.3, 0.3]);
  await anolis.predicted();
  expect(await place()).toEqual(opened);
  await anolis.kind('density');
  await anolis.click([0.2, 0.2]);
  const clicked = await place();
  await anolis.predicted();
  expect(await place()).toEqual(clicked);
});
