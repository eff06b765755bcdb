import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/fixtures.js';

test.use({ locale: 'de-DE', viewport: { width: 360, height: 740 } });

test("the page speaks the browser's language, and the chosen one from then on", async ({ anolis, page }) => {
  await anolis.open();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('heading', { name: '1. Bilder öffnen' })).toBeVisible();
  await expect(page.locator('[data-sample=nuclei]')).toContainText('Zellkerne');
  await anolis.openSamples('nuclei');
  await anolis.choose({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('notes') });
  await expect(anolis.problems).toHaveText(
    'notes.jpg: Dieses Bild kann der Browser nicht lesen; nehmen Sie JPEG, PNG, WebP, AVIF oder GIF.',
  );
  await anolis.problems.getByRole('button').click();
  await anolis.paint([0.5, 0.5], [0.6, 0.5]);
  await anolis.predicted();
  await expect(anolis.status).toHaveText('6 Bilder vorhergesagt.');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await page.getByTestId('locale').selectOption('English');
  await expect(page.getByRole('button', { name: 'Add pictures' })).toBeVisible();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('button', { name: 'Add pictures' })).toBeVisible();
});
