import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/fixtures.js';

test('a hint says what to do next until it is closed, and not again', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  const hint = page.getByTestId('hint');
  await expect(hint).toHaveRole('status');
  await expect(hint).toHaveText('Paint the object everywhere on one picture; the others follow.');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await anolis.paintCoin();
  await expect(hint).toHaveAttribute('data-step', 'correct');
  await page.keyboard.press('Control+z');
  await expect(hint).toHaveAttribute('data-step', 'label');
  await page.getByRole('button', { name: 'Close the hint' }).press('Enter');
  await expect(hint).toHaveCount(0);
  // Who has no mouse goes on where the work is.
  await expect(anolis.canvas).toBeFocused();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(anolis.pictures).toHaveCount(6);
  await expect(hint).toHaveCount(0);
});

test('who went all the way gets no hint the next time', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  const hint = page.getByTestId('hint');
  await anolis.paintCoin();
  await expect(hint).toHaveAttribute('data-step', 'correct');
  await anolis.pictures.nth(1).click();
  await anolis.paintCoin();
  await expect(hint).toHaveAttribute('data-step', 'export');
  await expect(hint).toContainText('export');
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(anolis.canvas).toBeVisible();
  await expect(hint).toHaveCount(0);
});
