import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { AnolisPage, expect, test } from './support/fixtures.js';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Sessions' });
const rows = (page: Page) => page.getByTestId('session');

async function showSessions(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sessions' }).click();
  await expect(dialog(page)).toBeVisible();
}

/** A page with the first coin painted. */
async function painted(anolis: AnolisPage): Promise<void> {
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
}

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id }) => id);
}

async function saved(page: Page): Promise<{ name: string; buffer: Buffer }> {
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  const file = await download;
  return { name: file.suggestedFilename(), buffer: readFileSync(await file.path()) };
}

test('tags come back from a file, with what was said and what was added', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.openSamples('mixed');
  await anolis.predicted();
  const tags = page.getByTestId('tag');
  await anolis.pictures.nth(6).click();
  await tags.filter({ hasText: 'cells' }).click();
  await tags.filter({ hasText: 'animal' }).click();
  await tags.filter({ hasText: 'animal' }).click();
  const input = page.getByRole('combobox', { name: 'Tag this picture' });
  await input.fill('blue');
  await input.press('Enter');
  const said = () => tags.evaluateAll((all) => all.map((tag) => (tag as HTMLElement).dataset['said'] ?? 'nothing'));
  await expect.poll(said).toEqual(['has', 'nothing', 'nothing', 'nothing', 'has-not', 'has']);
  await page.locator('h1').click();
  const file = await saved(page);

  await showSessions(page);
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.pictures).toHaveCount(0);
  await page.locator('#session-file').setInputFiles({ ...file, mimeType: 'application/zip' });
  await expect(anolis.pictures).toHaveCount(12);
  await expect(page.getByTestId('kind')).toHaveValue('tags');
  await expect(page.getByTestId('count')).toContainText('7 of 12');
  await expect(anolis.pictures.nth(6)).toHaveAttribute('aria-selected', 'true');
  await expect.poll(said).toEqual(['has', 'nothing', 'nothing', 'nothing', 'has-not', 'has']);
  await anolis.predicted();
  await expect(tags.last()).toHaveAttribute('aria-label', /^blue: has it, \d+ % likely/);
  await expect(anolis.problems).toHaveCount(0);
});

test('sessions are named, left, opened again and deleted', async ({ anolis, page }) => {
  await painted(anolis);
  await showSessions(page);
  await page.getByLabel('Name of the session').fill('coins');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.pictures).toHaveCount(0);

  await anolis.openSamples('nuclei');
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await showSessions(page);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('open now');
  await expect(rows(page).nth(1)).toContainText('6 pictures');
  await expect(page.getByLabel('Name of the session').nth(1)).toHaveValue('coins');
  await rows(page).nth(1).getByRole('button', { name: 'Open' }).click();
  await expect(anolis.status).toContainText('coins is open');
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');

  await showSessions(page);
  const other = rows(page).filter({ hasNotText: 'open now' });
  await other.getByRole('button', { name: 'Delete' }).click();
  await expect(rows(page)).toHaveCount(2);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('confirm').click();
  await expect(rows(page)).toHaveCount(1);
  await anolis.open();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
});

test('a visit that nothing came of leaves nothing behind', async ({ anolis, page }) => {
  await anolis.open();
  await page.getByRole('button', { name: 'Count how many' }).click();
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  const sessions = await page.evaluate(
    () =>
      new Promise((resolve) => {
        indexedDB.open('anolis').onsuccess = ({ target }) => {
          const { result } = target as IDBOpenDBRequest;
          result.transaction('sessions').objectStore('sessions').count().onsuccess = (event) =>
            resolve((event.target as IDBRequest<number>).result);
        };
      }),
  );
  expect(sessions).toBe(0);
});

test('a session is saved as a file and opened from it, whatever is open', async ({ anolis, page }) => {
  await painted(anolis);
  const file = await saved(page);
  expect(file.name).toBe('session.anolis');
  await anolis.paint([0.6, 0.6], [0.7, 0.7]);
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  await page.locator('#session-file').setInputFiles({ ...file, mimeType: '' });
  await expect(anolis.status).toContainText('is open');
  await expect(page.getByTestId('count')).toContainText('1 of 6');
  await anolis.predicted();
  await showSessions(page);
  await expect(rows(page)).toHaveCount(2);
});

test('a session file can be dropped, and chosen by keyboard', async ({ anolis, page }) => {
  await painted(anolis);
  const file = await saved(page);
  await showSessions(page);
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.pictures).toHaveCount(0);
  await page.evaluate(
    ([bytes, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], name));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
    },
    [[...file.buffer], file.name] as const,
  );
  await expect(anolis.pictures).toHaveCount(6);
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles({ ...file, mimeType: '' });
  await showSessions(page);
  await expect(rows(page)).toHaveCount(3);
});

test('a file that cannot be used changes nothing', async ({ anolis, page }) => {
  await painted(anolis);
  const file = await saved(page);
  for (const [buffer, sentence] of [
    [file.buffer.subarray(0, file.buffer.length - 30), 'cut off'],
    [Buffer.from('something else'), 'not a zip archive'],
  ] as const) {
    await page.locator('#session-file').setInputFiles({ name: 'spoilt.anolis', mimeType: '', buffer });
    await expect(anolis.problems).toContainText(sentence);
    await expect(page.getByTestId('count')).toContainText('1 of 6');
  }
  await showSessions(page);
  await expect(rows(page)).toHaveCount(1);
});

test('what was painted just before the page is left is there again', async ({ anolis, page }) => {
  await painted(anolis);
  await anolis.pictures.nth(1).click();
  await anolis.paint([0.3, 0.3], [0.4, 0.4]);
  // Sooner than it would be saved by itself.
  await page.goto('about:blank');
  await anolis.open();
  await expect(page.getByTestId('count')).toContainText('2 of 6');
});

test('what a hand is at when the page is left is there again', async ({ anolis, page }) => {
  await painted(anolis);
  await anolis.pictures.nth(1).click();
  await anolis.holdBrush([0.3, 0.3], [0.4, 0.4]);
  await page.goto('about:blank');
  await anolis.open();
  await expect(page.getByTestId('count')).toContainText('2 of 6');
});

test('when the browser has no more room, it is said, nothing is left, and the file can still be saved', async ({
  anolis,
  page,
}) => {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
      if (document.body.dataset['full']) throw new DOMException('simulated', 'QuotaExceededError');
      return put.apply(this, given);
    };
  });
  const fill = (full: boolean) =>
    page.evaluate((is) => {
      document.body.dataset['full'] = is ? 'yes' : '';
    }, full);
  await painted(anolis);
  await fill(true);
  await anolis.choose({ name: 'noise.png', mimeType: 'image/png', buffer: await noise(page) });
  await expect(anolis.app).toHaveAttribute('data-session', 'failed');
  await expect(anolis.problems).toContainText('no more room');
  await showSessions(page);
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.problems).toContainText('cannot be kept, so it is not left');
  await expect(anolis.pictures).toHaveCount(7);
  const file = await saved(page);
  expect(file.buffer.length).toBeGreaterThan(1_000_000);
  const asked = page.waitForEvent('dialog');
  await Promise.all([asked.then((question) => question.dismiss()), page.evaluate(() => location.reload())]);
  expect((await asked).type()).toBe('beforeunload');
  await expect(anolis.pictures).toHaveCount(7);

  await fill(false);
  await anolis.paint([0.6, 0.6], [0.7, 0.7]);
  await expect(anolis.app).toHaveAttribute('data-session', 'saved');
  await anolis.open();
  await expect(anolis.pictures).toHaveCount(7);
});

test('where the browser keeps nothing it is said, and a session is not left unless it is saved as a file', async ({
  anolis,
  page,
}) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('simulated', 'SecurityError');
    };
  });
  await anolis.open();
  await anolis.openSamples();
  await anolis.paintCoin();
  await expect(anolis.problems).toContainText('does not let the page save your work');
  await expect(anolis.app).toHaveAttribute('data-session', 'failed');
  await showSessions(page);
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.problems).toContainText('cannot be kept, so it is not left');
  await expect(anolis.pictures).toHaveCount(6);
  const file = await saved(page);
  expect(file.buffer.length).toBeGreaterThan(10_000);
  await showSessions(page);
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(anolis.pictures).toHaveCount(0);
});

test('a second tab is told, takes the session over with everything, and gives it back', async ({
  anolis,
  page,
  backend,
}) => {
  await painted(anolis);
  const second = new AnolisPage(await page.context().newPage(), backend);
  await second.open();
  const told = (of: Page) => of.getByRole('dialog', { name: 'This session is open in another tab' });
  await expect(told(second.page)).toBeVisible();
  await expect(told(page)).toBeHidden();
  expect(await violations(second.page)).toEqual([]);

  // Sooner than it would be saved by itself.
  await anolis.pictures.nth(1).click();
  await anolis.paint([0.3, 0.3], [0.4, 0.4]);
  await second.page.getByRole('button', { name: 'Work on it here' }).click();
  await expect(second.page.getByTestId('count')).toContainText('2 of 6');
  await expect(told(page)).toBeVisible();

  await second.pictures.nth(2).click();
  await second.paint([0.3, 0.3], [0.4, 0.4]);
  await page.getByRole('button', { name: 'Work on it here' }).click();
  await expect(page.getByTestId('count')).toContainText('3 of 6');
  await expect(told(second.page)).toBeVisible();
  await second.page.getByRole('button', { name: 'New session' }).click();
  await expect(second.pictures).toHaveCount(0);
  await second.page.close();
});

/** A picture that cannot be compressed. */
async function noise(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const [width, height] = [1024, 512];
    const image = new ImageData(width, height);
    for (let at = 0; at < image.data.length; at += 65_536) crypto.getRandomValues(image.data.subarray(at, at + 65_536));
    for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.putImageData(image, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  });
  return Buffer.from(base64, 'base64');
}
