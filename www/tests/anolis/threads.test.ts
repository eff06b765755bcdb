import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Assets } from '../../src/anolis/internal/assets.js';
import { threadsFor } from '../../src/anolis/internal/threads.js';

const runtime = (name: string) => ({ glue: `${name}.js`, wasm: `${name}.wasm` });
const assets = { runtime: { cpu: runtime('cpu'), threads: runtime('threads') } } as Assets;

beforeEach(() => {
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('navigator', { hardwareConcurrency: 16 });
});
afterEach(() => vi.unstubAllGlobals());

it('there are as many threads as cores, up to eight, and no more than are asked for', () => {
  expect(threadsFor(undefined, assets)).toBe(8);
  expect(threadsFor(64, assets)).toBe(16);
  expect(threadsFor(2.7, assets)).toBe(2);
  expect([1, 0, -3, Number.NaN].map((most) => threadsFor(most, assets))).toEqual([1, 1, 1, 1]);
});

it('there is one where memory cannot be shared, or the CPU has a runtime of its own', () => {
  expect(threadsFor(undefined, { ...assets, runtime: { ...assets.runtime, threads: runtime('cpu') } })).toBe(1);
  vi.stubGlobal('crossOriginIsolated', false);
  expect(threadsFor(undefined, assets)).toBe(1);
});
