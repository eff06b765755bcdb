import type { AnolisWidget } from '../../www/src/element/index.js';
import { expect, ready, teach, test } from './support/widget.js';

// What a browser says of a device that is left behind.
test.use({ allowed: [/device|gpu/i] });

test('the widget predicts on the GPU', async ({ page, open }) => {
  await open('<anolis-widget backend="webgpu" quality="fast" channels="disc" loading="manual"></anolis-widget>');
  const backend = await page.evaluate(async () => {
    const element = document.querySelector('anolis-widget') as AnolisWidget;
    const loaded = new Promise<string>((resolve) => {
      element.addEventListener('load', ({ detail }) => resolve(detail.backend));
    });
    await element.start();
    return loaded;
  });
  expect(backend).toBe('webgpu');
  await ready(page);
  expect(await teach(page)).toBeGreaterThan(0.97);
});
