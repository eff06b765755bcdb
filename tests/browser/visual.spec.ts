import type { Page } from '@playwright/test';
import { type AnolisPage, expect, test } from './support/fixtures.js';

/** Width in pixels of a line of text where the snapshots were made; other fonts move everything. */
const WIDTH_OF_TEXT = 355;

const looks = {
  'desk-light': { viewport: { width: 1024, height: 720 }, colorScheme: 'light' },
  'desk-dark': { viewport: { width: 1024, height: 720 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
} as const;

/** Compares what is seen with the snapshot of this name; what is another time every time is covered. */
async function looksLike({ page }: AnolisPage, name: string): Promise<void> {
  // Photographs are large, and what is sampled from them is not what is looked at here.
  const photographs = page.locator('anolis-gallery img');
  const times = page.locator('[data-testid=backend], anolis-tile .time, [data-testid=session] p');
  await expect(page).toHaveScreenshot(`${name}.png`, { mask: [photographs, times], maskColor: '#888' });
}

const widthOfText = (page: Page) =>
  page.evaluate(() => {
    const line = document.createElement('span');
    line.textContent = 'Label a few pictures, see the rest: 0123456789';
    line.style.cssText = 'position: absolute; white-space: nowrap';
    document.body.append(line);
    const { width } = line.getBoundingClientRect();
    line.remove();
    return Math.round(width);
  });

for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('the page looks as it did', async ({ anolis, page }) => {
      test.slow();
      await anolis.open();
      const width = await widthOfText(page);
      test.skip(
        width !== WIDTH_OF_TEXT,
        `the fonts are not those of the snapshots: ${width} instead of ${WIDTH_OF_TEXT}`,
      );
      await expect(page.getByTestId('sample').first()).toBeVisible();
      await page.waitForFunction(() => {
        const gallery = document.querySelector('anolis-app')?.shadowRoot?.querySelector('anolis-welcome')?.shadowRoot;
        const images = [...(gallery?.querySelector('anolis-gallery')?.shadowRoot?.querySelectorAll('img') ?? [])];
        return images.length > 0 && images.every(({ complete, loading }) => complete || loading === 'lazy');
      });
      await looksLike(anolis, `${look}-welcome`);

      await anolis.openSamples('solids');
      await anolis.tool('Box');
      await anolis.paint([0.3, 0.4], [0.5, 0.6]);
      await anolis.predicted();
      await expect(anolis.app).toHaveAttribute('data-idle', '');
      await looksLike(anolis, `${look}-editor`);
      if (look === 'desk-dark') return;

      await page.getByTestId('adapt').click();
      await expect(page.getByTestId('adapt-running')).toContainText('Step 1', { timeout: 120_000 });
      await page.getByTestId('adapt-stop').click();
      await expect(page.getByTestId('adapt-result')).toHaveText('Stopped; nothing was changed.');
      await anolis.predicted();
      await expect(page.locator('anolis-adapt')).toHaveScreenshot(`${look}-adapt.png`, {
        mask: [page.getByTestId('curve')],
        maskColor: '#888',
      });

      await page.getByRole('button', { name: 'Sessions' }).click();
      await expect(page.getByTestId('session')).toBeVisible();
      await looksLike(anolis, `${look}-sessions`);
      await page.keyboard.press('Escape');

      await page.getByTestId('kind').selectOption('tags');
      await expect(page.locator('anolis-tags')).toBeVisible();
      await page.getByTestId('tag').first().click();
      await anolis.predicted();
      await looksLike(anolis, `${look}-tags`);
    });
  });
}
