import { expect, test } from './support/fixtures.js';

test('an object painted on one picture is predicted on the others', async ({ anolis }) => {
  await anolis.open();
  await anolis.openSamples();
  await expect(anolis.pictures).toHaveCount(6);
  await anolis.paintCoin();
  await anolis.predicted();
  const others = (await anolis.covered()).slice(1);
  expect(others.filter((covered) => covered > 0.01).length).toBeGreaterThanOrEqual(4);
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
});

test('predictions follow while the brush is still down', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.holdBrush([0.3, 0.25], [0.4, 0.33]);
  await expect(anolis.tiles.nth(1)).toHaveAttribute('data-predicted', 'quick');
  await page.mouse.up();
  await expect(anolis.tiles.nth(1)).toHaveAttribute('data-predicted', 'full', { timeout: 120_000 });
});

test('undo takes the label and its predictions away, redo brings them back', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await expect(anolis.tiles.nth(1)).not.toHaveAttribute('data-predicted', 'none');
  await page.keyboard.press('Control+z');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
  await expect(anolis.tiles.nth(1)).toHaveAttribute('data-predicted', 'none');
  await page.keyboard.press('Control+Shift+z');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
});

test('two classes are told apart', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await page.getByRole('button', { name: 'Add class' }).click();
  await anolis.paint([0.05, 0.05], [0.1, 0.05]);
  await anolis.predicted();
  await expect(page.getByTestId('class')).toHaveCount(2);
  await expect(anolis.problems).toHaveCount(0);
});

test('pictures and labels are there again after closing the tab', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.predicted();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(anolis.pictures).toHaveCount(6);
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await anolis.predicted();
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('button', { name: 'Remove all' }).click();
  await expect(page.getByTestId('sample').first()).toBeVisible();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await page.reload();
  await expect(page.getByTestId('sample').first()).toBeVisible();
});
