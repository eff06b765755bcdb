import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import { expect, test } from './support/fixtures.js';

test('a map of three components is painted, predicted, seen as colours and exported', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('solids');
  await anolis.kind('map');
  const components = page.getByTestId('class');
  const value = page.getByRole('slider', { name: 'Value' });
  await page.getByRole('button', { name: 'Add value' }).click();
  await page.getByRole('button', { name: 'Add value' }).click();
  await expect(components).toHaveCount(3);
  await page.getByRole('button', { name: 'Rename value' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('blue');
  await page.keyboard.press('Enter');
  // Each has another value everywhere: the picture is one colour.
  const values = [0.9, 0.2, 0.6];
  await anolis.tool('Box');
  for (const [component, amount] of values.entries()) {
    await components.nth(component).click();
    await value.fill(String(amount));
    await anolis.paint([0.01, 0.01], [0.99, 0.99]);
  }
  await anolis.predicted();

  const colourOf = (layer: string) =>
    anolis.canvas.locator(layer).evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data];
    });
  await page.getByTestId('view').selectOption('Red, green, blue');
  expect(await colourOf('.paint')).toEqual([230, 51, 153, 255]);
  await anolis.pictures.nth(1).click();
  const predicted = await colourOf('.overlay');
  for (const [part, amount] of values.entries())
    expect(Math.abs((predicted[part] as number) / 255 - amount)).toBeLessThan(0.1);

  // One by one each has a colour of its own, on the label and on the prediction.
  await page.getByTestId('view').selectOption('Grey');
  for (const [component, amount] of values.entries()) {
    await components.nth(component).click();
    const [grey = 0] = await colourOf('.overlay');
    expect(Math.abs(grey / 255 - amount)).toBeLessThan(0.1);
  }
  await anolis.pictures.first().click();
  const third = await colourOf('.paint');
  await components.first().click();
  expect(await colourOf('.paint')).not.toEqual(third);

  await page.getByRole('button', { name: 'Export and import' }).click();
  await page.getByRole('radio', { name: 'Labels', exact: true }).check();
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const zip = await readFile(await (await download).path());
  const files = unzipSync(zip);
  expect(Object.keys(files)).toEqual([
    'maps/value/solids-1.png',
    'maps/value 2/solids-1.png',
    'maps/blue/solids-1.png',
    'components.txt',
  ]);
  const middle = (name: string) => {
    const { width, height, data, depth } = decode(files[name] as Uint8Array);
    expect(depth).toBe(16);
    return ((data[Math.floor(height / 2) * width + Math.floor(width / 2)] as number) - 1) / 65_534;
  };
  expect(middle('maps/blue/solids-1.png')).toBeCloseTo(0.6, 3);

  // What was exported is put onto the picture again.
  await page.getByRole('button', { name: 'Remove the label' }).click();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
  await page.getByRole('button', { name: 'Export and import' }).click();
  await page
    .locator('anolis-exchange input[type=file]')
    .setInputFiles({ name: 'maps.zip', mimeType: 'application/zip', buffer: zip });
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await expect(components).toHaveText(['value', 'value 2', 'blue']);
  await page.getByTestId('view').selectOption('Red, green, blue');
  expect(await colourOf('.paint')).toEqual([230, 51, 153, 255]);
});
