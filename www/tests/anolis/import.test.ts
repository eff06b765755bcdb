// @vitest-environment node
import { expect, it, vi } from 'vitest';

vi.mock('../../src/anolis/assets/index.js', () => ({
  assets: { runtime: { cpu: {}, relaxed: {}, threads: {}, gpu: {} }, weights: {} },
}));

it('can be imported on a server', async () => {
  expect(globalThis).not.toHaveProperty('document');
  await expect(import('../../src/anolis/public/index.js')).resolves.toHaveProperty('Anolis');
});

it('so can the widget', async () => {
  await expect(import('../../src/element/index.js')).resolves.toHaveProperty('AnolisWidget');
});

it('says so when there is no SIMD', async () => {
  const { Anolis } = await import('../../src/anolis/public/index.js');
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  await expect(Anolis.load()).rejects.toMatchObject({ code: 'no-simd', name: 'BackendError' });
  validate.mockRestore();
});
