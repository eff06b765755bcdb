import { expect, test } from './support/fixtures.js';

test.describe('samples work in one click', () => {
  test('named points', async ({ anolis, page }) => {
    await anolis.open();
    await anolis.openSamples('creatures');
    await anolis.predicted();
    await expect(page.getByTestId('count')).toContainText('3 of 6');
    await anolis.pictures.nth(4).click();
    await expect(page.getByTestId('found').first()).toBeVisible();
  });

  test('values', async ({ anolis, page }) => {
    await anolis.open();
    await anolis.openSamples('depth');
    await anolis.predicted();
    // The picture's lower edge is nearer than what is far.
    await anolis.pictures.nth(4).click();
    const overlay = anolis.canvas.locator('.overlay');
    const at = (y: number) =>
      overlay.evaluate((canvas: HTMLCanvasElement, share) => {
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        return [...context.getImageData(canvas.width / 2, share * (canvas.height - 1), 1, 1).data];
      }, y);
    expect(await at(0.02)).not.toEqual(await at(0.98));
    await expect(page.getByTestId('problems')).toHaveCount(0);
  });

  test('counts', async ({ anolis, page }) => {
    await anolis.open();
    await anolis.openSamples('blood');
    await anolis.predicted();
    const counts = await page.getByTestId('tile-count').allTextContents();
    expect(counts).toHaveLength(6);
    for (const count of counts.slice(3)) expect(Number(count)).toBeGreaterThan(5);
  });
});

test('things are counted from dots, which can be moved, erased and taken back', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('nuclei');
  await anolis.kind('density');
  const dots = page.getByTestId('set');
  await anolis.click([0.2, 0.2], [0.5, 0.5], [0.8, 0.8]);
  await expect(dots).toHaveCount(3);
  await anolis.paint([0.2, 0.2], [0.3, 0.3]);
  await expect(dots).toHaveCount(3);
  await anolis.tool('Eraser');
  await anolis.click([0.3, 0.3]);
  await expect(dots).toHaveCount(2);
  await page.keyboard.press('Control+z');
  await expect(dots).toHaveCount(3);
  await anolis.predicted();
  await expect(page.getByTestId('tile-count')).toHaveCount(6);
});

test('polygons, boxes and scribbles label a mask', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.tool('Polygon');
  await anolis.click([0.27, 0.22], [0.42, 0.22], [0.42, 0.38]);
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
  await page.keyboard.press('Enter');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await page.keyboard.press('Control+z');
  await anolis.tool('Box');
  await anolis.paint([0.27, 0.22], [0.42, 0.38]);
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await page.keyboard.press('Control+z');
  await anolis.tool(/Scribble/);
  await anolis.paint([0.3, 0.25], [0.38, 0.33]);
  await expect(page.getByRole('checkbox', { name: 'Rest is background' })).not.toBeChecked();
  await page.getByTestId('class').filter({ hasText: 'background' }).click();
  await anolis.paint([0.05, 0.5], [0.05, 0.9]);
  await anolis.predicted();
  const others = (await anolis.covered()).slice(1);
  expect(others.filter((covered) => covered > 0.01 && covered < 0.95).length).toBeGreaterThanOrEqual(4);
});

test('a prediction becomes a label to correct', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.predicted();
  await anolis.pictures.nth(1).click();
  await page.getByTestId('accept').click();
  await expect(anolis.pictures.nth(1)).toHaveAttribute('data-labelled', 'true');
  await page.keyboard.press('Control+z');
  await expect(anolis.pictures.nth(1)).toHaveAttribute('data-labelled', 'false');
});

test('a picture can be labelled as empty', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('nuclei');
  await anolis.kind('density');
  await page.getByRole('button', { name: /Nothing here/ }).click();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await page.getByRole('button', { name: 'Remove the label' }).click();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
});

test('each kind keeps its labels over a reload', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await anolis.kind('keypoints');
  await anolis.click([0.3, 0.3]);
  await expect(page.getByTestId('set')).toHaveCount(1);
  await anolis.kind('map');
  await anolis.paint([0.3, 0.3], [0.5, 0.5]);
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(page.getByTestId('kind')).toHaveValue('map');
  for (const kind of ['map', 'keypoints', 'mask'] as const) {
    await anolis.kind(kind);
    await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  }
});

test('zooming keeps what is painted under the pointer', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples();
  await page.mouse.move(...(await anolis.place([0.3, 0.3])));
  const before = await anolis.place([0.3, 0.3]);
  await page.mouse.wheel(0, -400);
  const after = await anolis.place([0.3, 0.3]);
  // The pointer stands on whole pixels, and what it is off by is enlarged.
  expect(Math.hypot(after[0] - before[0], after[1] - before[1])).toBeLessThan(4);
  await anolis.paint([0.3, 0.3], [0.32, 0.32]);
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  await anolis.canvas.press('0');
  const box = await anolis.canvas.boundingBox();
  const stage = await anolis.canvas.getByTestId('stage').boundingBox();
  expect(stage?.width).toBeCloseTo(box?.width ?? 0, 0);
});
