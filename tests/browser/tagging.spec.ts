import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/fixtures.js';

test('samples with tags work in one click; tags are corrected, accepted, filtered, searched and saved', async ({
  anolis,
  page,
}) => {
  await anolis.open();
  await anolis.openSamples('mixed');
  await anolis.predicted();
  await expect(page.getByTestId('count')).toContainText('6 of 12');
  const tags = page.getByTestId('tag');
  await expect(tags).toHaveCount(5);

  await anolis.pictures.nth(6).click();
  const cells = tags.filter({ hasText: 'cells' });
  await expect(cells).toHaveAttribute('aria-label', /cells: nothing said, \d+ % likely/);
  await cells.click();
  await expect(page.getByTestId('because')).toContainText('nuclei-1.jpg');
  await page.keyboard.press('1');
  await expect(cells).toHaveAttribute('data-said', 'has-not');
  await page.keyboard.press('Control+z');
  await expect(cells).toHaveAttribute('data-said', 'has');
  await anolis.predicted();
  await page.keyboard.press('a');
  await expect(page.locator('[data-testid=tag][data-said]')).toHaveCount(5);

  const input = page.getByRole('combobox', { name: 'Tag this picture' });
  await input.fill('blue');
  await input.press('Enter');
  await expect(tags).toHaveCount(6);
  await expect(tags.filter({ hasText: 'blue' })).toHaveAttribute('data-said', 'has');

  await page.getByTestId('filter').selectOption('animal');
  await expect(anolis.pictures.filter({ hasText: /creatures/ }).first()).toBeVisible();
  expect(await anolis.pictures.count()).toBeLessThan(12);
  await page.getByTestId('filter').selectOption({ index: 0 });

  await page.getByText('Search by two pictures').click();
  await page.getByTestId('search').click();
  await expect(page.getByTestId('hit')).toHaveCount(10);
  const scores = await page
    .getByTestId('hit')
    .evaluateAll((hits) => hits.map((hit) => Number(hit.textContent?.slice(-5))));
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  );

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Tags as JSON' }).click();
  const saved = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(saved).toHaveLength(12);
  expect(saved[6].said).toMatchObject({ cells: true, blue: true });

  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(tags.filter({ hasText: 'blue' })).toHaveAttribute('data-said', 'has');
});
