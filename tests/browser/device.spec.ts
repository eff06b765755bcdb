import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.js';
import { openLibrary, tryLoad } from './support/library.js';

/** Runs `script` inside the worker, before the runtime starts. */
async function beforeRuntime(page: Page, script: string): Promise<void> {
  await page.route(/assets\/anolis-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}

const loseDevice = (when: string) => `{
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await request.apply(this, given);
    ${when};
    return device;
  };
}`;

test.use({ allowed: [/device|gpu|lost/i] });

test('a GPU lost during loading is told', async ({ page }) => {
  await beforeRuntime(page, loseDevice('setTimeout(() => device.destroy(), 50)'));
  await openLibrary(page);
  // Asked for by name, so that the software GPU is taken at all.
  expect(await tryLoad(page, 'webgpu')).toMatchObject({ name: 'BackendError', code: 'device-lost' });
});
