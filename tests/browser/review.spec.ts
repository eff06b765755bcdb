import { expect, test } from './support/fixtures.js';

test('pictures are reviewed from the least sure one, and the most useful is labelled next', async ({
  anolis,
  page,
}) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.predicted();
  const ids = () => anolis.pictures.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['id']));
  const sure = async () => {
    const texts = await anolis.tiles.evaluateAll((all) => all.map((tile) => tile.shadowRoot?.textContent ?? ''));
    return texts.map((text) => Number(/(\d+) % sure/.exec(text)?.[1]));
  };
  const opened = await ids();
  await page.getByTestId('order').selectOption({ label: 'Least sure first' });
  const sorted = await sure();
  expect(sorted).toHaveLength(6);
  expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
  await page.getByTestId('order').selectOption({ label: 'As opened' });
  expect(await ids()).toEqual(opened);

  await page.getByTestId('suggest').click();
  await expect(anolis.status).toContainText('would help most');
  await expect(page.locator('[role=option][aria-selected=true]')).toHaveAttribute('data-labelled', 'false');
  const first = await page.locator('[role=option][aria-selected=true]').getAttribute('data-id');
  await anolis.paint([0.3, 0.3], [0.4, 0.3]);
  await page.keyboard.press('n');
  await expect(page.locator('[role=option][aria-selected=true]')).not.toHaveAttribute('data-id', first ?? '');
});
