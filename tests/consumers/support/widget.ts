import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import type { AnolisWidget } from '../../../www/src/element/index.js';
import { withoutErrors } from '../../browser/support/console.js';
import { disc } from '../projects/ask.js';
import { type Content, type Site, serve } from './serve.js';

export { expect };

/** The package of this checkout. */
export const folder = fileURLToPath(new URL('../../../pkg', import.meta.url));

/** Lets other origins read. */
export const cors = { 'access-control-allow-origin': '*' };

/** A widget on the CPU. */
export const widget = (attributes = '') =>
  `<anolis-widget backend="cpu" quality="fast" channels="disc" ${attributes}></anolis-widget>`;

/** A page of somebody who uses the widget. */
export const hostPage = (body: string, script = '/dist/define.js') => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>A host page</title>
    <link rel="icon" href="data:," />
    <script type="module" src="${script}"></script>
  </head>
  <body><main><h1>A host page</h1>${body}</main></body>
</html>`;

export interface Fixtures {
  /** Starts a site that ends with the test. */
  site: (content: Content) => Promise<Site>;
  /** Opens a page with this body on a site that also has the package. */
  open: (body: string, headers?: Record<string, string>) => Promise<Site>;
  /** What a test may leave in the console. */
  allowed: RegExp[];
}

/** Fails every test that leaves an error in the console. */
export const test = base.extend<Fixtures>({
  allowed: [[], { option: true }],
  page: ({ page, allowed }, use) => withoutErrors(page, allowed, use),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from the pattern.
  site: async ({}, use) => {
    const sites: Site[] = [];
    await use(async (content) => {
      const site = await serve(content);
      sites.push(site);
      return site;
    });
    for (const site of sites) await site.close();
  },
  open: async ({ page, site }, use) => {
    await use(async (body, headers = {}) => {
      const opened = await site({ folder, headers, pages: { '/index.html': hostPage(body) } });
      await page.goto(`${opened.origin}/`);
      return opened;
    });
  },
});

/** Waits until widgets have the network. */
export const ready = async (page: Pick<Page, 'locator'>, count = 1) =>
  expect(page.locator('anolis-widget:state(ready)')).toHaveCount(count, { timeout: 60_000 });

/** Gives a widget two discs, labels one and answers how much of the other is predicted right. */
export async function teach(page: Pick<Page, 'evaluate'>, place = 0): Promise<number> {
  const [labelled, other] = [disc(30), disc(64)].map(({ picture, label }) => ({
    picture: { ...picture, data: [...picture.data] },
    label: [...label.data],
  }));
  const given = { place, labelled, other };
  return page.evaluate(async ({ place, labelled, other }) => {
    const element = document.querySelectorAll('anolis-widget')[place] as AnolisWidget;
    if (!labelled || !other) throw new Error('nothing to teach');
    const pictureOf = ({ picture }: typeof other) => ({ ...picture, data: Uint8ClampedArray.from(picture.data) });
    const first = await element.addPicture(pictureOf(labelled), 'labelled');
    const second = await element.addPicture(pictureOf(other), 'other');
    await element.setLabel(first, { width: 96, height: 64, data: Uint8Array.from(labelled.label) });
    const mask = (await element.predict(second)).mask();
    return mask.filter((id, at) => id === other.label[at]).length / mask.length;
  }, given);
}
