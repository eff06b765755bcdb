import { expect, test } from './support/fixtures.js';
import { watchWorkers } from './support/library.js';

test('a task is adapted while its pictures are looked at, its classes renamed, and others are worked on', async ({
  anolis,
  page,
}) => {
  test.slow();
  await anolis.open();
  await anolis.openSamples();
  await expect(page.getByTestId('adapt')).toBeDisabled();
  await anolis.paintCoin();
  await anolis.predicted();
  await page.getByRole('combobox', { name: 'How long to adapt' }).selectOption({ label: '60 steps' });
  await page.getByTestId('adapt').click();
  await expect(page.getByTestId('adapt-running')).toContainText(/Step [2-9] of 60 · about/, { timeout: 120_000 });
  await page.getByRole('button', { name: 'Rename class' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('medal');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add class' }).click();
  await page.getByRole('button', { name: 'Remove class' }).click();
  await expect(page.getByTestId('adapt-running')).toBeVisible();
  await anolis.pictures.nth(1).click();
  await anolis.kind('density');
  await expect(page.getByTestId('adapt-running')).toBeVisible();
  await anolis.kind('mask');
  const result = page.getByTestId('adapt-result');
  await expect(result).toHaveAttribute('data-state', /used|refuted/, { timeout: 300_000 });
  await expect(result).toContainText(/held-out examples the loss went from \d\.\d{3} to \d\.\d{3}/);
  await anolis.predicted();
  await expect(page.getByTestId('class').filter({ hasText: 'medal' })).toBeVisible();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  // What the examples refute is not used, and there is nothing to do without.
  const used = (await result.getAttribute('data-state')) === 'used';
  await expect(page.getByRole('button', { name: 'Without adaptation' })).toHaveCount(used ? 1 : 0);
});

test('what was adapted is kept over a reload, left and taken again', async ({ anolis, page }) => {
  test.slow();
  /** What is drawn on every tile. */
  const drawn = () =>
    anolis.tiles.evaluateAll((tiles) =>
      tiles.map((tile) => tile.shadowRoot?.querySelector<HTMLCanvasElement>('.overlay')?.toDataURL()),
    );
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.pictures.nth(1).click();
  await anolis.paint([0.27, 0.25], [0.41, 0.25], [0.41, 0.33], [0.27, 0.33], [0.27, 0.38], [0.41, 0.38]);
  await anolis.predicted();
  await page.getByRole('combobox', { name: 'How long to adapt' }).selectOption({ label: '60 steps' });
  await page.getByTestId('adapt').click();
  // Regions of two examples that are held out confirm what was tuned.
  await expect(page.getByTestId('adapt-result')).toHaveAttribute('data-state', 'used', { timeout: 600_000 });
  const without = page.getByRole('button', { name: 'Without adaptation' });
  await expect(without).toBeVisible();
  await anolis.predicted();
  const adapted = await drawn();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(without).toBeVisible();
  await anolis.predicted();
  await expect.poll(drawn).toEqual(adapted);
  await without.click();
  await expect(without).toHaveCount(0);
  await expect.poll(drawn).not.toEqual(adapted);
  await page.keyboard.press('Control+z');
  await expect(without).toBeVisible();
  await anolis.predicted();
  await expect.poll(drawn).toEqual(adapted);
});

test('an adaptation is stopped and goes on', async ({ anolis, page }) => {
  test.slow();
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await page.getByTestId('adapt').click();
  await expect(page.getByTestId('adapt-running')).toContainText('Step 1 of 240', { timeout: 120_000 });
  await page.getByTestId('adapt-stop').click();
  await expect(page.getByTestId('adapt-result')).toHaveText('Stopped; nothing was changed.');
  await page.getByRole('button', { name: 'Adapt further' }).click();
  await expect(page.getByTestId('adapt-running')).toContainText(/Step [2-9] of 240/, { timeout: 120_000 });
});

test('a worker that dies while adapting loses nothing', async ({ anolis, page }) => {
  test.slow();
  await page.goto('/?backend=cpu&wait');
  await watchWorkers(page);
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await page.getByTestId('adapt').click();
  await expect(page.getByTestId('adapt-running')).toContainText('Step 1', { timeout: 120_000 });
  await page.evaluate(() => workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'simulated' })));
  await expect(page.getByTestId('adapt-result')).toContainText('interrupted');
  await expect(anolis.problems).toContainText('worker stopped');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await anolis.predicted();
  expect((await anolis.covered()).every((covered) => covered > 0)).toBe(true);
});
