import { fileURLToPath } from 'node:url';
import { test } from './support/fixtures.js';

const folder = fileURLToPath(new URL('screenshots/', import.meta.url));
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test('pictures of the page', async ({ anolis, page }) => {
        const shoot = (name: string) => page.screenshot({ path: `${folder}${size}-${colorScheme}-${name}.png` });
        await anolis.open();
        await page.getByTestId('sample').first().waitFor();
        await shoot('empty');
        await anolis.openSamples();
        await anolis.paint([0.3, 0.28], [0.38, 0.32]);
        await shoot('labelled');
        await anolis.paintCoin();
        await anolis.predicted();
        await shoot('predicted');
        await page.getByRole('button', { name: 'Sessions' }).click();
        await page.getByTestId('session').waitFor();
        await shoot('sessions');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Export and import' }).click();
        await page.getByRole('radio', { name: 'Predictions', exact: true }).check();
        await shoot('exchange');
      });
    });
  }
}
