import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/fixtures.js';

test('? shows the shortcuts, Escape hides them', async ({ anolis, page }) => {
  await anolis.open();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Shortcuts' });
  await expect(sheet).toContainText('Label next');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await page.getByRole('button', { name: 'Shortcuts' }).click();
  await expect(sheet).toBeVisible();
});

test('label and prediction are looked at side by side, at the same place', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.predicted();
  await page.keyboard.press('d');
  const prediction = page.getByTestId('prediction');
  await expect(prediction).toBeVisible();
  const transform = (side: 'canvas' | 'prediction') =>
    page
      .getByTestId(side)
      .getByTestId('stage')
      .evaluate((stage: HTMLElement) => stage.style.transform);
  await page.mouse.move(...(await anolis.place([0.3, 0.3])));
  await page.mouse.wheel(0, -400);
  await expect.poll(() => transform('prediction')).toBe(await transform('canvas'));
  expect(await transform('canvas')).toContain('scale');
  await anolis.paint([0.31, 0.31], [0.32, 0.32]);
  await page.keyboard.press('d');
  await expect(prediction).toHaveCount(0);
});

test('the count of the selected picture is said', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('blood');
  await anolis.predicted();
  await anolis.pictures.nth(4).click();
  await expect(page.getByTestId('count-here')).toHaveText(/^\d+ found$/);
});
