import { cpus } from 'node:os';
import { expect } from '@playwright/test';
import { call, cosine, expected, interleave, start, test } from '../support/open.js';
import { record } from '../support/results.js';

const WHAT = 'a picture of 256 pixels to features and tokens, on the host';
const CORES = cpus().length;

test('encode_cpu', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await start(page, 'ort', 'ort-wasm', 1, ['encoder']);
  expect(await call<number>(page, 'anolis', 'cosine')).toBeGreaterThan(0.999);
  const alike = cosine(await call<number[]>(page, 'ort', 'question'), expected());
  const [ours = [], peer = []] = await interleave(page, [
    ['anolis', 'encode'],
    ['ort', 'encode'],
  ]);
  record({
    name: 'encode_cpu',
    what: WHAT,
    against: 'onnxruntime-web, wasm, 1 thread',
    ours,
    peer,
    target: 0.85,
    cosine: alike,
  });
});

test('encode_relaxed', async ({ page }) => {
  await start(page, 'relaxed', 'anolis', 'relaxed');
  await start(page, 'plain', 'anolis', 'cpu');
  const [ours = [], peer = []] = await interleave(page, [
    ['relaxed', 'encode'],
    ['plain', 'encode'],
  ]);
  record({
    name: 'encode_relaxed',
    what: `${WHAT}, with relaxed SIMD`,
    against: 'anolis without relaxed SIMD',
    ours,
    peer,
  });
});

test('encode_cpu_threads', async ({ page }) => {
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await start(page, 'anolis', 'anolis', 'threads', CORES);
  await start(page, 'ort', 'ort-wasm', CORES, ['encoder']);
  const alike = cosine(await call<number[]>(page, 'ort', 'question'), expected());
  const [ours = [], peer = []] = await interleave(page, [
    ['anolis', 'encode'],
    ['ort', 'encode'],
  ]);
  const note = `with ${CORES} threads each`;
  record({
    name: 'encode_cpu_threads',
    what: WHAT,
    against: `onnxruntime-web, wasm, ${CORES} threads`,
    ours,
    peer,
    target: 1,
    cosine: alike,
    note,
  });
});

test('encode_cpu_transformers', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await start(page, 'transformers', 'transformers', 'wasm', 1);
  const alike = cosine(await call<number[]>(page, 'transformers', 'question'), expected());
  const [ours = [], peer = []] = await interleave(page, [
    ['anolis', 'encode'],
    ['transformers', 'encode'],
  ]);
  record({
    name: 'encode_cpu_transformers',
    what: WHAT,
    against: 'transformers.js, wasm, 1 thread',
    ours,
    peer,
    cosine: alike,
  });
});

for (const threads of [1, CORES]) {
  const name = threads === 1 ? 'encode_cpu_tfjs' : 'encode_cpu_tfjs_threads';
  test(name, async ({ page }) => {
    await start(page, 'anolis', 'anolis', 'cpu');
    await start(page, 'tfjs', 'tfjs', 'wasm', threads);
    const alike = cosine(await call<number[]>(page, 'tfjs', 'question'), expected());
    const [ours = [], peer = []] = await interleave(page, [
      ['anolis', 'encode'],
      ['tfjs', 'encode'],
    ]);
    record({
      name,
      what: WHAT,
      against: `TensorFlow.js, wasm, ${threads} thread${threads > 1 ? 's' : ''}`,
      ours,
      peer,
      cosine: alike,
    });
  });
}
