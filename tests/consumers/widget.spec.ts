import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { AnolisWidget } from '../../www/src/element/index.js';
import type { Site } from './support/serve.js';
import { cors, expect, type Fixtures, folder, hostPage, ready, teach, test, widget } from './support/widget.js';

/** Opens a page under a strict policy, whose scripts are from `cdn`; `/set.js` takes the place of the widget's own. */
async function strict(page: Page, site: Fixtures['site'], cdn: Site, workers: string, pages: Record<string, string>) {
  const from = `'self' ${cdn.origin}`;
  const policy = `default-src 'none'; script-src ${from} 'wasm-unsafe-eval'; connect-src ${from}; img-src data:; ${workers}`;
  const script = '/set.js' in pages ? '/set.js' : `${cdn.origin}/dist/define.js`;
  const host = await site({
    headers: { 'content-security-policy': policy },
    pages: { '/index.html': hostPage(widget('loading="manual"'), script), ...pages },
  });
  await page.goto(`${host.origin}/`);
  return host;
}

test('a page supplies pictures and labels, and reads predictions, without the tools of the widget', async ({
  page,
  open,
}) => {
  await open(widget('tools="none"'));
  await page.evaluate(() => {
    const log: string[] = [];
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    element.addEventListener('load', ({ detail }) => log.push(`load ${detail.backend}`));
    element.addEventListener('progress', ({ detail }) => log.push(`progress ${detail.fraction <= 1}`));
    element.addEventListener('change', ({ detail }) => log.push(`change ${detail.kind}`));
    element.addEventListener('predict', ({ detail }) => log.push(`predict ${detail.full} ${detail.prediction.kind}`));
    Object.assign(globalThis, { log });
  });
  expect(await teach(page)).toBeGreaterThan(0.97);
  const log = new Set(await page.evaluate(() => (globalThis as unknown as { log: string[] }).log));
  expect(log).toEqual(new Set(['progress true', 'load cpu', 'change mask', 'predict false mask', 'predict true mask']));
  const pictures = await page.evaluate(() => document.querySelector('anolis-widget')?.pictures);
  expect(pictures?.map(({ name, labelled, width }) => [name, labelled, width])).toEqual([
    ['labelled', true, 96],
    ['other', false, 96],
  ]);
  await expect(page.getByRole('toolbar')).toHaveCount(0);
  await expect(page.getByTestId('picture')).toHaveCount(0);
  // Without tools the picture is looked at and nothing else.
  await page.getByTestId('canvas').click();
  expect(await page.evaluate(() => document.querySelector('anolis-widget')?.pictures[0]?.labelled)).toBe(true);
});

test('a picture that is none of the widget is predicted too; what does not fit is refused', async ({ page, open }) => {
  await open(widget());
  const codes = await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    const code = (call: Promise<unknown>) =>
      call.then(
        () => 'none',
        (reason: { code?: string; name: string }) => reason.code ?? reason.name,
      );
    const data = new Uint8ClampedArray(4 * 64 * 64).fill(90);
    const id = await element.addPicture({ width: 64, height: 64, data });
    const size = { width: 32, height: 32 };
    return [
      await code(element.predict(id)),
      await code(element.addPicture(new Blob(['no picture']))),
      await code(element.addPicture({ width: 9, height: 9, data })),
      await code(element.setLabel(id, { ...size, data: new Uint8Array(32 * 32) })),
      await code(element.setLabel(id, { points: [[1, 2]] })),
      await code(element.removePicture('nobody')),
    ];
  });
  expect(codes).toEqual(['empty-support', 'not-an-image', 'image-size', 'label-size', 'label-kind', 'RangeError']);
  await teach(page);
  const width = await page.evaluate(async () => {
    const data = new Uint8ClampedArray(4 * 80 * 40).fill(120);
    return (await document.querySelector('anolis-widget')?.predict({ width: 80, height: 40, data }))?.width;
  });
  expect(width).toBe(80);
});

test('the network is adapted to what is labelled, step by step', async ({ page, open }) => {
  await open(widget());
  await teach(page);
  const told = await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    const log: string[] = [];
    element.addEventListener('adapt', ({ detail }) =>
      log.push('report' in detail ? 'report' : `step ${detail.progress.step}`),
    );
    const [, other] = element.pictures;
    const data = (await element.predict(other?.id ?? '')).mask();
    await element.setLabel(other?.id ?? '', { width: 96, height: 64, data });
    const { judged } = await element.adapt({ steps: 2 });
    return { log, judged: judged > 0 };
  });
  expect(told).toEqual({ log: ['step 1', 'step 2', 'report'], judged: true });
});

test('a person can adapt the network, and stop it', async ({ page, open }) => {
  await open(widget());
  await teach(page);
  await page.evaluate(() => {
    const steps: number[] = [];
    document
      .querySelector('anolis-widget')
      ?.addEventListener('adapt', ({ detail }) => 'progress' in detail && steps.push(detail.progress.step));
    Object.assign(globalThis, { steps });
  });
  await page.getByTestId('adapt').click();
  const steps = () => page.evaluate(() => (globalThis as unknown as { steps: number[] }).steps);
  await expect.poll(async () => (await steps()).length, { timeout: 60_000 }).toBeGreaterThan(1);
  await page.getByTestId('adapt-stop').click();
  await expect(page.getByTestId('adapt-result')).toHaveAttribute('data-state', 'stopped');
  expect((await steps()).slice(0, 2)).toEqual([1, 2]);
});

test('a session is saved as a file, and opened by its address', async ({ page, open }) => {
  await open(widget() + widget('id="second"'));
  await teach(page);
  const opened = await page.evaluate(async () => {
    const [first, second] = document.querySelectorAll('anolis-widget') as unknown as [AnolisWidget, AnolisWidget];
    const changed = new Promise((resolve) => second.addEventListener('change', resolve));
    second.src = URL.createObjectURL(await first.save());
    await changed;
    const [, other] = second.pictures;
    const prediction = await second.predict(other?.id ?? '');
    return {
      pictures: second.pictures.map(({ name, labelled }) => [name, labelled]),
      found: prediction.mask().includes(1),
    };
  });
  expect(opened).toEqual({
    pictures: [
      ['labelled', true],
      ['other', false],
    ],
    found: true,
  });
});

test('an address that leads to no session is told; what was there stays', async ({ page, open }) => {
  await open(widget());
  await teach(page);
  const told = await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    const error = new Promise<string>((resolve) =>
      element.addEventListener('error', ({ detail }) => resolve((detail.error as Error & { code: string }).code)),
    );
    element.src = URL.createObjectURL(new Blob(['no session']));
    return [await error, element.pictures.length];
  });
  expect(told).toEqual(['session-file', 2]);
});

test('a strict Content Security Policy is enough', async ({ page, open }) => {
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:";
  await page.addInitScript(() => {
    Object.assign(globalThis, { blocked: [] });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (globalThis as unknown as { blocked: string[] }).blocked.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  const { origin } = await open('', { 'content-security-policy': policy });
  await page.evaluate((html) => document.querySelector('main')?.insertAdjacentHTML('beforeend', html), widget());
  expect(await teach(page)).toBeGreaterThan(0.97);
  await page.getByRole('button', { name: 'Rename class' }).click();
  await page.getByTestId('kind').selectOption('map');
  await expect(page.getByRole('slider', { name: 'Value' })).toBeVisible();
  expect(await page.evaluate(() => (globalThis as unknown as { blocked: string[] }).blocked)).toEqual([]);
  expect(page.workers()[0]?.url()).toContain(`${origin}/dist/worker.js`);
});

test('the package comes from another origin, as from a CDN, with no header but that others may read it', async ({
  page,
  site,
}) => {
  const cdn = await site({ folder, headers: cors });
  const host = await site({ pages: { '/index.html': hostPage(widget(), `${cdn.origin}/dist/define.js`) } });
  await page.goto(`${host.origin}/`);
  expect(await teach(page)).toBeGreaterThan(0.97);
  expect(host.requests).toEqual(['/index.html']);
  expect(cdn.requests.filter((path) => path.endsWith('.wasm'))).toEqual(['/dist/assets/relaxed/anolis_bg.wasm']);
});

test('a policy that names the other origin, and allows blobs as workers, is enough', async ({ page, site }) => {
  const cdn = await site({ folder, headers: cors });
  const { origin } = await strict(page, site, cdn, `worker-src blob: ${cdn.origin}`, {});
  expect(await teach(page)).toBeGreaterThan(0.97);
  expect(page.workers()[0]?.url()).toContain(`blob:${origin}`);
});

test('where blobs are forbidden, one line on the page’s own site starts the worker', async ({ page, site }) => {
  const cdn = await site({ folder, headers: cors });
  const line = `import '${cdn.origin}/dist/worker.js';`;
  const { origin } = await strict(page, site, cdn, `worker-src 'self' ${cdn.origin}`, {
    '/anolis-worker.js': line,
    '/set.js': `import { AnolisWidget } from '${cdn.origin}/dist/define.js'; AnolisWidget.workerUrl = 'anolis-worker.js';`,
  });
  expect(await teach(page)).toBeGreaterThan(0.97);
  expect(page.workers()[0]?.url()).toBe(`${origin}/anolis-worker.js`);
});

test('a sandboxed frame, which has no origin, is enough', async ({ page, site }) => {
  const cdn = await site({ folder, headers: cors });
  const framed = hostPage(widget(), `${cdn.origin}/dist/define.js`);
  const frame = `<iframe title="framed" sandbox="allow-scripts" src="/framed.html" width="800" height="700"></iframe>`;
  const host = await site({
    pages: { '/index.html': hostPage(frame, 'data:text/javascript,'), '/framed.html': framed },
  });
  await page.goto(`${host.origin}/`);
  const inside = page.frame({ url: /framed/ });
  if (!inside) throw new Error('there is no frame');
  expect(await inside.evaluate(() => origin)).toBe('null');
  expect(await teach(inside)).toBeGreaterThan(0.97);
});

test('a page without https is enough', async ({ page, site }) => {
  const { origin } = await site({ folder, pages: { '/index.html': hostPage(widget()) } });
  await page.goto(`${origin.replace('localhost', 'insecure.test')}/`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  expect(await teach(page)).toBeGreaterThan(0.97);
});

test('several widgets have one worker and one copy of the weights, which end with the last of them', async ({
  page,
  open,
}) => {
  const { requests } = await open(
    widget('id="a"') + widget('id="b"') + widget('id="c" kind="keypoints" loading="eager"'),
  );
  await page.locator('#c').scrollIntoViewIfNeeded();
  await ready(page, 3);
  expect(page.workers()).toHaveLength(1);
  for (const end of ['.wasm', 'xs-0.safetensors', 'laso.safetensors'])
    expect(requests.filter((path) => path.endsWith(end))).toHaveLength(1);
  // Each has a task of its own.
  expect(await teach(page, 0)).toBeGreaterThan(0.97);
  expect(await page.evaluate(() => document.querySelectorAll('anolis-widget')[1]?.pictures)).toEqual([]);
  await page.evaluate(() => document.querySelector('#a')?.remove());
  expect(await teach(page, 0)).toBeGreaterThan(0.97);
  // Moving one is not removing it.
  await page.evaluate(() => document.querySelector('h1')?.after(document.querySelector('#b') as Node));
  expect(await page.evaluate(() => document.querySelector('anolis-widget')?.pictures.length)).toBe(2);
  const tile = page.locator('anolis-tile').first();
  await expect(tile).toHaveAttribute('data-predicted', 'full');
  await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    await element.setLabel(element.pictures[0]?.id ?? '', undefined);
  });
  await expect(tile).toHaveAttribute('data-predicted', 'none');
  await page.evaluate(() => document.querySelectorAll('anolis-widget').forEach((element) => void element.remove()));
  await expect.poll(() => page.workers().length).toBe(0);
});

test('what was made stays when a widget is taken away and put back', async ({ page, open }) => {
  await open(widget());
  await teach(page);
  await page.evaluate(() => {
    const element = document.querySelector('anolis-widget');
    Object.assign(globalThis, { element });
    element?.remove();
  });
  await expect.poll(() => page.workers().length).toBe(0);
  const found = await page.evaluate(async () => {
    const { element } = globalThis as unknown as { element: AnolisWidget };
    document.querySelector('main')?.append(element);
    const prediction = await element.predict(element.pictures[1]?.id ?? '');
    return [element.pictures.map(({ labelled }) => labelled), prediction.mask().includes(1)];
  });
  expect(found).toEqual([[true, false], true]);
  await expect(page.locator('anolis-tile').nth(1)).toHaveAttribute('data-predicted', 'full');
});

test('a widget that is taken away while it loads loads nothing more', async ({ page, open }) => {
  await open('');
  const told = await page.evaluate(async (html) => {
    const main = document.querySelector('main') as HTMLElement;
    await customElements.whenDefined('anolis-widget');
    main.insertAdjacentHTML('beforeend', html);
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    let errors = 0;
    element.addEventListener('error', () => (errors += 1));
    const started = element.start().catch(({ name }: Error) => name);
    await new Promise((resolve) => element.addEventListener('progress', resolve));
    element.remove();
    return [await started, errors];
  }, widget());
  expect(told).toEqual(['AbortError', 0]);
  await expect.poll(() => page.workers().length).toBe(0);
});

test('nothing is loaded until the widget is visible, or asked', async ({ page, open }) => {
  const below = '<div style="height: 3000px"></div>';
  const poster = '<anolis-widget id="asked" backend="cpu" loading="manual"><button>Try it</button></anolis-widget>';
  const { requests } = await open(poster + below + widget('id="seen"'));
  await expect(page.getByRole('button', { name: 'Try it' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  const early = [...requests];
  expect(early.some((path) => /view|worker|assets\/(cpu|gpu|weights)/.test(path))).toBe(false);
  await page.locator('#seen').scrollIntoViewIfNeeded();
  await ready(page);
  expect(requests.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
  await page.evaluate(() => document.querySelector<AnolisWidget>('#asked')?.start());
  await ready(page, 2);
  await expect(page.getByRole('button', { name: 'Try it' })).toBeHidden();
});

test('everything can be done from the keyboard', async ({ page, open }) => {
  await open(`${widget()}<button>After</button>`);
  await teach(page);
  await page.evaluate(() =>
    document
      .querySelector('anolis-widget')
      ?.selectPicture(document.querySelector('anolis-widget')?.pictures[1]?.id ?? ''),
  );
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return (
        element?.getAttribute('data-testid') ??
        element?.getAttribute('aria-label') ??
        element?.textContent?.trim() ??
        ''
      );
    });
  const seen = new Set<string>();
  for (let presses = 0; presses < 60 && !(await focused()).includes('canvas'); presses += 1) {
    await page.keyboard.press('Tab');
    seen.add(await focused());
  }
  expect([...seen]).toEqual(expect.arrayContaining(['kind', 'Brush', 'Eraser', 'canvas']));
  await page.keyboard.down('Space');
  for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.up('Space');
  const labelled = () =>
    page.evaluate(() => document.querySelector('anolis-widget')?.pictures.map((picture) => picture.labelled));
  await expect.poll(labelled).toEqual([true, true]);
  await page.keyboard.press('Control+z');
  await expect.poll(labelled).toEqual([true, false]);
  // Nobody is held inside.
  for (let presses = 0; presses < 60 && (await focused()) !== 'After'; presses += 1) await page.keyboard.press('Tab');
  expect(await focused()).toBe('After');
  // Keys outside of it are the page's.
  await page.keyboard.press('e');
  await expect(page.getByRole('button', { name: 'Eraser' })).toHaveAttribute('aria-pressed', 'false');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to complain about (${colorScheme})`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme });
    const violations = async () => {
      const { violations: found } = await new AxeBuilder({ page }).analyze();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    };
    await open(widget());
    await ready(page);
    expect(await violations()).toEqual([]);
    await teach(page);
    expect(await violations()).toEqual([]);
  });
}

test('the theme is the widget’s own, or that of the page; its colours can be set', async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(widget('theme="light" style="--anolis-accent: rgb(120, 0, 160)"') + widget());
  await ready(page, 2);
  const ground = (place: number) =>
    page
      .locator('anolis-widget')
      .nth(place)
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await ground(0)).toBe('rgb(246, 247, 247)');
  expect(await ground(1)).toBe('rgb(19, 23, 23)');
  const button = page.locator('anolis-widget').first().getByRole('button', { name: 'Open pictures' });
  expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(120, 0, 160)');
});

test('the widget speaks the language that it is told, or that of its page', async ({ page, open }) => {
  await open(`<div lang="de-AT">${widget()}</div>`);
  await ready(page);
  await expect(page.getByRole('button', { name: 'Bilder öffnen' })).toBeVisible();
  // The page's own language is the page's affair.
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await teach(page);
  await expect(page.getByRole('toolbar', { name: 'Werkzeuge' })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.locator('anolis-widget').evaluate((element: AnolisWidget) => {
    element.locale = 'en';
  });
  await expect(page.getByRole('toolbar', { name: 'Tools' })).toBeVisible();
  // What was made is still there, and so is the picture that is worked on.
  expect(await page.evaluate(() => document.querySelector('anolis-widget')?.pictures[0]?.labelled)).toBe(true);
  await expect(page.getByTestId('canvas')).toHaveAttribute('aria-label', /Picture 1 of 2/);
  await page.locator('anolis-widget').evaluate((element: AnolisWidget) => {
    element.locale = 'tlh';
  });
  await expect(page.getByRole('toolbar', { name: 'Tools' })).toBeVisible();
});

test('tags of pictures are said by the page or the person, and predicted', async ({ page, open }) => {
  await open('<anolis-widget backend="cpu" quality="fast" kind="tags" channels="disc, ground"></anolis-widget>');
  const found = await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    const told: string[] = [];
    element.addEventListener('tags', ({ detail }) => told.push(detail.tags.map(({ name }) => name).join()));
    const code = (call: Promise<unknown>) => call.then(String, (reason: { code?: string }) => reason.code);
    const plain = (red: number) => {
      const data = new Uint8ClampedArray(4 * 64 * 64);
      for (let at = 0; at < data.length; at += 4) data.set([red, 60, 255 - red, 255], at);
      return { width: 64, height: 64, data };
    };
    const [red, blue, query] = [
      await element.addPicture(plain(230), 'red'),
      await element.addPicture(plain(20), 'blue'),
      await element.addPicture(plain(220), 'query'),
    ];
    const refused = [
      await code(element.predictTags(query)),
      await code(element.setLabel(red, { tags: ['nowhere'] })),
      await code(element.setLabel(red, { points: [] })),
      await code(element.predict(query)),
    ];
    await element.setLabel(red, { tags: ['disc'] });
    await element.setLabel(blue, { tags: ['ground'] });
    const tags = await element.predictTags(query);
    return { refused, tags, told: [...new Set(told)], labelled: element.pictures.map(({ labelled }) => labelled) };
  });
  expect(found.refused).toEqual(['empty-support', 'label-tags', 'label-kind', 'answer-kind']);
  expect(found.tags.map(({ name }) => name)).toEqual(['disc', 'ground']);
  const [disc, ground] = found.tags;
  expect(disc?.probability).toBeGreaterThan(ground?.probability ?? 1);
  expect(found.told).toEqual(['disc,ground']);
  expect(found.labelled).toEqual([true, true, false]);
  // The person says it too.
  const tags = page.getByTestId('tag');
  await expect(tags).toHaveCount(2);
  await page.getByTestId('picture').nth(2).click();
  await tags.first().click();
  await expect(tags.first()).toHaveAttribute('data-said', 'has');
  expect(await page.evaluate(() => document.querySelector('anolis-widget')?.pictures[2]?.labelled)).toBe(true);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test.describe('when something is missing', () => {
  test.use({ allowed: [/Failed to load resource/] });

  test('an error is told, and loading can be tried again', async ({ page, open }) => {
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
    await open('');
    await page.evaluate((html) => {
      document.addEventListener('error', () => {}, true);
      document.querySelector('main')?.insertAdjacentHTML('beforeend', html);
      const element = document.querySelector('anolis-widget') as AnolisWidget;
      element.addEventListener('error', ({ detail }) =>
        Object.assign(globalThis, { told: (detail.error as Error & { code: string }).code }),
      );
    }, widget());
    await expect(page.locator('anolis-widget:state(failed)')).toHaveCount(1);
    expect(await page.evaluate(() => (globalThis as unknown as { told: string }).told)).toBe('runtime-missing');
    await expect(page.getByTestId('problems')).toContainText('runtime');
    // What needs no network works, and what is made is there when it comes.
    const pictures = await page.evaluate(async () => {
      const element = document.querySelector('anolis-widget') as AnolisWidget;
      await element.addPicture({ width: 64, height: 64, data: new Uint8ClampedArray(4 * 64 * 64).fill(90) }, 'early');
      return element.pictures.length;
    });
    expect(pictures).toBe(1);
    await page.unroute('**/*.wasm');
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await teach(page)).toBeGreaterThan(0.97);
  });
});
