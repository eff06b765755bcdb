import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/fixtures.js';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to complain about (${colorScheme})`, async ({ anolis, page }) => {
    await page.emulateMedia({ colorScheme });
    const violations = async () => {
      const { violations: found } = await new AxeBuilder({ page }).analyze();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    };
    await anolis.open();
    await expect(page.getByTestId('sample').first()).toBeVisible();
    expect(await violations()).toEqual([]);
    await anolis.openSamples();
    await anolis.paintCoin();
    await anolis.predicted();
    await anolis.choose({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
    await expect(anolis.problems).toBeVisible();
    expect(await violations()).toEqual([]);
    await anolis.problems.getByRole('button').click();
    await page.keyboard.press('d');
    await expect(page.getByTestId('prediction')).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.keyboard.press('d');
    await page.getByTestId('adapt').click();
    await expect(page.getByTestId('adapt-running')).toContainText('Step 1', { timeout: 120_000 });
    await expect(page.getByTestId('curve')).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByTestId('adapt-stop').click();
    await expect(page.getByTestId('adapt-result')).toHaveText('Stopped; nothing was changed.');
    await page.getByRole('button', { name: 'Start over' }).click();
    expect(await violations()).toEqual([]);
  });
}

test('everything can be done from the keyboard', async ({ anolis, page }) => {
  await anolis.open();
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.getAttribute('data-testid') ?? element?.textContent?.trim() ?? '';
    });
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60 && !(await focused()).includes(name); presses += 1)
      await page.keyboard.press('Tab');
    expect(await focused()).toContain(name);
  };
  await expect(page.getByTestId('sample').first()).toBeVisible();
  await tabTo('sample');
  await page.keyboard.press('Enter');
  await expect(anolis.canvas).toBeVisible();
  await tabTo('canvas');
  // From the middle of the picture to the middle of the first coin.
  for (let step = 0; step < 11; step += 1) await page.keyboard.press('ArrowLeft');
  for (let step = 0; step < 13; step += 1) await page.keyboard.press('ArrowUp');
  await page.keyboard.down('Space');
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.up('Space');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await anolis.predicted();
  await page.keyboard.press('PageDown');
  await expect(anolis.pictures.nth(1)).toHaveAttribute('aria-selected', 'true');
  await tabTo('picture');
  await page.keyboard.press('ArrowRight');
  await expect(anolis.pictures.nth(2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('e');
  await expect(page.getByRole('button', { name: 'Eraser' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('b');
  const size = page.getByRole('slider', { name: 'Size' });
  const before = Number(await size.inputValue());
  await page.keyboard.press(']');
  expect(Number(await size.inputValue())).toBeGreaterThan(before);
  await page.keyboard.press('Control+z');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
});
