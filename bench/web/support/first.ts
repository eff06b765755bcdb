import type { Page } from '@playwright/test';

const PARTS = ['encoder', 'support', 'predictor'];

/** From nothing to a first prediction of the network with the library, as a web developer uses it; milliseconds. */
export function firstOf(page: Page, backend: 'cpu' | 'gpu'): Promise<number> {
  return page.evaluate(
    async (backend) => {
      const begin = performance.now();
      const { Anolis } = await import(/* @vite-ignore */ `${location.origin}/anolis/index.js`);
      const anolis = await Anolis.load({ backend, quality: 'fast', threads: 1 });
      const scene = (at: number) => {
        const image = new ImageData(256, 256);
        const mask = new Uint8Array(256 * 256);
        for (let i = 0; i < mask.length; i += 1) {
          const inside = Math.hypot((i % 256) - at, Math.floor(i / 256) - at) < 50;
          mask[i] = Number(inside);
          image.data.set(inside ? [220, 160, 100, 255] : [i % 91, i % 53, 90, 255], 4 * i);
        }
        return { image, label: { width: 256, height: 256, data: mask } };
      };
      const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
      const example = scene(100);
      await task.add(example.image, example.label);
      await task.predict(scene(140).image);
      const took = performance.now() - begin;
      anolis.dispose();
      return took;
    },
    backend === 'gpu' ? 'webgpu' : 'cpu',
  );
}

/** The same with onnxruntime-web and the exported network, without a read-out. */
export async function firstOfOrt(page: Page, backend: 'cpu' | 'gpu'): Promise<number> {
  const kind = backend === 'gpu' ? 'ort-webgpu' : 'ort-wasm';
  return page.evaluate(
    async ([kind, parts]) => {
      const begin = performance.now();
      bench.start('first', kind);
      await bench.call('first', 'load', 1, parts);
      await bench.call('first', 'first');
      return performance.now() - begin;
    },
    [kind, PARTS] as const,
  );
}
