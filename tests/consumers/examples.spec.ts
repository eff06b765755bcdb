import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { serve } from './support/serve.js';

const folder = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(new URL('../../pkg/README.md', import.meta.url), 'utf8');

/** Opens a page of the repository and answers what goes wrong there. */
async function open(page: Page, path: string): Promise<{ errors: string[]; close(): Promise<void> }> {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  const site = await serve({ folder, pages: { '/readme.html': pageOf(examples.join('\n')) } });
  await page.goto(`${site.origin}${path}`);
  return { errors, close: site.close };
}

/** Every HTML example of the package's README. */
const examples = [...readme.matchAll(/^```html\n(.*?)^```/gms)].map(([, code = '']) => code);

// The package of this checkout in the place of the published one.
function pageOf(body: string): string {
  const here = body
    .replaceAll('https://cdn.jsdelivr.net/npm/anolis@0.1/', '/pkg/')
    .replaceAll('<anolis-widget', '<anolis-widget backend="cpu" loading="eager"');
  return `<!doctype html><html lang="en"><head><title>README</title><link rel="icon" href="data:," /></head><body>${here}</body></html>`;
}

test('the example of the library predicts coins', async ({ page }) => {
  const { errors, close } = await open(page, '/examples/library.html?backend=cpu');
  await expect(page.locator('figcaption')).toHaveCount(3, { timeout: 60_000 });
  for (const caption of await page.locator('figcaption').allTextContents()) {
    expect(Number.parseInt(caption, 10)).toBeGreaterThan(15);
    expect(Number.parseInt(caption, 10)).toBeLessThan(60);
  }
  await expect(page.locator('progress')).toHaveCount(0);
  expect(errors).toEqual([]);
  await close();
});

test('the example of the widget fills its table while a coin is painted', async ({ page }) => {
  const { errors, close } = await open(page, '/examples/widget.html?backend=cpu');
  await expect(page.getByRole('row')).toHaveCount(4, { timeout: 60_000 });
  const box = await page.getByTestId('stage').boundingBox();
  if (!box) throw new Error('there is no picture');
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(0.27, 0.25));
  await page.mouse.down();
  for (const place of [at(0.41, 0.25), at(0.41, 0.33), at(0.27, 0.33), at(0.27, 0.38), at(0.41, 0.38)])
    await page.mouse.move(...place, { steps: 3 });
  await page.mouse.up();
  await expect(page.locator('anolis-widget:state(idle)')).toHaveCount(1, { timeout: 60_000 });
  for (const share of await page.locator('td:last-child').allTextContents()) expect(share).toMatch(/^\d+ %$/);
  expect(errors).toEqual([]);
  await close();
});

test('the examples of the README work as they are', async ({ page }) => {
  expect(examples.length).toBeGreaterThan(1);
  const { errors, close } = await open(page, '/readme.html');
  const count = await page.locator('anolis-widget').count();
  expect(count).toBeGreaterThan(0);
  await expect(page.locator('anolis-widget:state(ready)')).toHaveCount(count, { timeout: 60_000 });
  const found = async () => Number(await page.locator('#count').textContent());
  await expect.poll(found).toBeGreaterThan(2);
  expect(await found()).toBeLessThan(4);
  expect(errors).toEqual([]);
  await close();
});
