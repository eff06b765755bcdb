import { firstOf, firstOfOrt } from '../support/first.js';
import { call, cosine, expected, fresh, interleave, start, test } from '../support/open.js';
import { record } from '../support/results.js';

// A GPU in software takes seconds a picture: few rounds.
const ROUNDS = 3;
const WHAT = 'a picture of 256 pixels to features and tokens, on the host';

test('encode_gpu', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'gpu');
  await start(page, 'ort', 'ort-webgpu', 1, ['encoder']);
  const alike = cosine(await call<number[]>(page, 'ort', 'question'), expected());
  const [ours = [], peer = []] = await interleave(
    page,
    [
      ['anolis', 'encode'],
      ['ort', 'encode'],
    ],
    ROUNDS,
  );
  record({
    name: 'encode_gpu',
    what: WHAT,
    against: 'onnxruntime-web, webgpu (SwiftShader)',
    ours,
    peer,
    target: 0.3,
    cosine: alike,
  });
  const gpu = async (name: string) => (await call<{ gpu: number }>(page, name, 'memory')).gpu / 1e6;
  record({
    name: 'memory_gpu',
    what: 'most bytes in GPU buffers while pictures are encoded',
    against: 'onnxruntime-web, webgpu',
    ours: [await gpu('anolis')],
    peer: [await gpu('ort')],
    unit: 'MB',
  });
});

test('encode_gpu_tfjs', async ({ page }) => {
  await start(page, 'tfjs', 'tfjs', 'webgpu', 1);
  const alike = cosine(await call<number[]>(page, 'tfjs', 'question'), expected());
  await start(page, 'anolis', 'anolis', 'gpu');
  const [ours = [], peer = []] = await interleave(
    page,
    [
      ['anolis', 'encode'],
      ['tfjs', 'encode'],
    ],
    ROUNDS,
  );
  record({
    name: 'encode_gpu_tfjs',
    what: WHAT,
    against: 'TensorFlow.js, webgpu (SwiftShader)',
    ours,
    peer,
    cosine: alike,
  });
});

test('first_gpu', async ({ browser, server }) => {
  const [ours, peer]: number[][] = [[], []];
  for (let round = 0; round < 2; round += 1) {
    ours?.push(await fresh(browser, server, (page) => firstOf(page, 'gpu')));
    peer?.push(await fresh(browser, server, (page) => firstOfOrt(page, 'gpu')));
  }
  record({
    name: 'first_gpu',
    what: 'load, one example of one channel, one full prediction, nothing cached',
    against: 'onnxruntime-web, webgpu (SwiftShader), without a read-out',
    ours: ours ?? [],
    peer: peer ?? [],
    target: 1,
  });
});
