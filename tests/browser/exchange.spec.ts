import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type AnolisPage, expect, test } from './support/fixtures.js';
import { square } from './support/pictures.js';

interface File {
  readonly name: string;
  readonly buffer: Buffer;
}

async function show(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Export and import' }).click();
  await expect(page.getByRole('dialog', { name: 'Export and import' })).toBeVisible();
}

async function exported(page: Page, format: string, what = 'Labels'): Promise<File> {
  await show(page);
  await page.getByRole('radio', { name: what, exact: true }).check();
  await page.getByTestId('format').selectOption(format);
  const download = page.waitForEvent('download', { timeout: 120_000 });
  await page.getByTestId('export').click();
  const file = await download;
  return { name: file.suggestedFilename(), buffer: readFileSync(await file.path()) };
}

async function imports(page: Page, ...files: File[]): Promise<void> {
  await show(page);
  await page
    .getByLabel('Import labels')
    .last()
    .setInputFiles(files.map((file) => ({ ...file, mimeType: '' })));
}

async function painted(anolis: AnolisPage): Promise<void> {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
}

for (const format of ['masks', 'coco', 'cocoRle', 'yoloOutlines', 'labelStudio', 'voc']) {
  test(`what was painted comes back from ${format}`, async ({ anolis, page }) => {
    await painted(anolis);
    const file = await exported(page, format);
    await page.getByRole('button', { name: 'Remove the label' }).click();
    await expect(page.getByTestId('count')).toContainText('0 of 6');
    await imports(page, file);
    await expect(page.getByTestId('count')).toContainText('1 of 6');
    await expect(anolis.status).toContainText('Labels of 1 picture');
    await expect(anolis.problems).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(page.getByTestId('count')).toContainText('0 of 6');
  });
}

test('every picture is exported unless less is asked for', async ({ anolis, page }) => {
  await painted(anolis);
  await anolis.predicted();
  await show(page);
  const download = page.waitForEvent('download', { timeout: 120_000 });
  await page.getByTestId('export').click();
  expect((await download).suggestedFilename()).toBe('masks.zip');
  await expect(anolis.status).toContainText('6 pictures');
});

test('boxes of Pascal VOC without masks are filled', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  const box = '<bndbox><xmin>10</xmin><ymin>10</ymin><xmax>60</xmax><ymax>60</ymax></bndbox>';
  const xml = (name: string) =>
    `<annotation><filename>${name}</filename><object><name>coin &amp; rim</name>${box}</object></annotation>`;
  await imports(page, { name: 'a.xml', buffer: Buffer.from(xml('coins-1.jpg')) });
  await expect(page.getByTestId('count')).toContainText('1 of 6');
  await expect(page.getByTestId('class').first()).toContainText('coin & rim');
  await imports(page, { name: 'b.xml', buffer: Buffer.from('<annotation><object>') });
  await expect(anolis.problems).toContainText('b.xml cannot be read');
  await expect(page.getByTestId('count')).toContainText('1 of 6');
});

test('predictions are exported for every picture, and can be stopped', async ({ anolis, page }) => {
  await painted(anolis);
  await anolis.predicted();
  const file = await exported(page, 'coco', 'Labels, and predictions where there are none');
  const { images, annotations } = JSON.parse(file.buffer.toString());
  expect(images).toHaveLength(6);
  const predicted = new Set(
    annotations
      .filter(({ source }: { source?: string }) => source === 'prediction')
      .map(({ image_id }: { image_id: number }) => image_id),
  );
  expect(predicted.has(1)).toBe(false);
  expect(predicted.size).toBeGreaterThan(3);

  await show(page);
  await page.getByRole('radio', { name: 'Predictions', exact: true }).check();
  await page.getByLabel(/Predict in tiles/).check();
  await page.getByTestId('export').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('export')).toBeEnabled();
  await expect(anolis.problems).toHaveCount(0);
});

test('counts of things are exported as tables', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('blood');
  await anolis.predicted();
  const file = await exported(page, 'csv', 'Predictions');
  expect(file.name).toBe('csv.zip');
  await show(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test('without labels there is nothing to export, and it is said', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await show(page);
  await page.getByTestId('export').click();
  await expect(anolis.problems).toContainText('nothing to export');
});

test('pictures are dropped with their labels', async ({ anolis, page }) => {
  await anolis.open();
  const csv = Buffer.from('picture,channel,x,y\nfirst.png,bud,10,20\nfirst.png,bud,30,20\n');
  await anolis.choose(
    { name: 'points.csv', mimeType: 'text/csv', buffer: csv },
    { name: 'first.png', mimeType: 'image/png', buffer: square(64, 48) },
  );
  await expect(page.getByTestId('set')).toHaveCount(2);
  await expect(page.getByTestId('class').first()).toContainText('bud');
  await anolis.choose({ name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from('picture,x,y\nnone.png,1,1\n') });
  await expect(anolis.problems).toContainText('none.png belongs to no open picture');
  await expect(page.getByTestId('set')).toHaveCount(2);
});

test('a picture larger than what is worked on is exported in tiles, in its own pixels', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.choose({ name: 'small.png', mimeType: 'image/png', buffer: square(512, 512) });
  await anolis.choose({ name: 'wide.png', mimeType: 'image/png', buffer: square(2400, 600) });
  await expect(anolis.tiles).toHaveCount(2);
  await anolis.paint([0.27, 0.27], [0.47, 0.27], [0.47, 0.47], [0.27, 0.47], [0.27, 0.37], [0.47, 0.37]);
  await anolis.predicted();
  await show(page);
  await page.getByRole('radio', { name: 'Labels, and predictions where there are none' }).check();
  await page.getByLabel(/Predict in tiles/).check();
  await page.getByTestId('format').selectOption('coco');
  const download = page.waitForEvent('download', { timeout: 120_000 });
  await page.getByTestId('export').click();
  const { images } = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(images).toEqual([
    { id: 1, file_name: 'small.png', width: 512, height: 512 },
    { id: 2, file_name: 'wide.png', width: 2400, height: 600 },
  ]);
});
