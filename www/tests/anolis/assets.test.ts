import { expect, it } from 'vitest';
import { type Assets, mergeAssets, runtimeFor } from '../../src/anolis/internal/assets.js';
import { hasRelaxedSimd } from '../../src/anolis/internal/simd.js';

const runtime = (name: string) => ({
  glue: `https://site.test/${name}-1.js`,
  wasm: `https://site.test/${name}-2.wasm`,
});
const base: Assets = {
  runtime: { cpu: runtime('cpu'), relaxed: runtime('relaxed'), threads: runtime('threads'), gpu: runtime('gpu') },
  weights: { manifest: 'https://site.test/m-3.json', shards: { 'a.safetensors': 'https://site.test/a-4' } },
  weightsInt8: { manifest: 'https://site.test/m-5.json', shards: { 'a.safetensors': 'https://site.test/a-6' } },
};

it('one address can be put in the place of another', () => {
  const merged = mergeAssets(base, { runtime: { cpu: { wasm: 'https://other.test/x' } } });
  expect(merged.runtime.cpu).toEqual({ glue: base.runtime.cpu.glue, wasm: 'https://other.test/x' });
  expect(merged.runtime.gpu).toEqual(base.runtime.gpu);
  expect(merged.weights).toEqual(base.weights);
  expect(merged.weightsInt8).toEqual(base.weightsInt8);
});

it('a CPU runtime that is given is the only one, unless a relaxed one is given too', () => {
  const [cpu, relaxed] = [{ wasm: 'https://other.test/x' }, { wasm: 'https://other.test/y' }];
  expect(mergeAssets(base).runtime.relaxed).toEqual(base.runtime.relaxed);
  expect(mergeAssets(base, { runtime: { cpu } }).runtime.relaxed).toEqual({ glue: base.runtime.cpu.glue, ...cpu });
  const both = mergeAssets(base, { runtime: { cpu, relaxed } }).runtime;
  expect(both.relaxed.wasm).toBe(relaxed.wasm);
  expect(both.cpu.wasm).toBe(cpu.wasm);
});

it('the same holds for the runtime with threads', () => {
  const [cpu, threads] = [{ wasm: 'https://other.test/x' }, { wasm: 'https://other.test/y' }];
  expect(mergeAssets(base).runtime.threads).toEqual(base.runtime.threads);
  expect(mergeAssets(base, { runtime: { cpu } }).runtime.threads).toEqual({ glue: base.runtime.cpu.glue, ...cpu });
  expect(mergeAssets(base, { runtime: { cpu, threads } }).runtime.threads.wasm).toBe(threads.wasm);
});

it('what runs on the CPU is the relaxed runtime where there is relaxed SIMD', () => {
  expect(runtimeFor('cpu', base)).toBe(hasRelaxedSimd() ? base.runtime.relaxed : base.runtime.cpu);
  expect(runtimeFor('webgpu', base)).toBe(base.runtime.gpu);
  expect(runtimeFor('webgpu', base, 2)).toBe(base.runtime.gpu);
  expect(runtimeFor('cpu', base, 2)).toBe(base.runtime.threads);
});

it('a folder has every file by its name', () => {
  for (const folder of [
    'https://other.test/anolis',
    'https://other.test/anolis/',
    new URL('https://other.test/anolis/'),
  ]) {
    const { runtime, weights, weightsInt8 } = mergeAssets(base, folder);
    expect(runtime.gpu.wasm).toBe('https://other.test/anolis/gpu/anolis_bg.wasm');
    expect(runtime.cpu.glue).toBe('https://other.test/anolis/cpu/anolis.js');
    expect(runtime.relaxed.glue).toBe('https://other.test/anolis/relaxed/anolis.js');
    expect(runtime.threads.glue).toBe('https://other.test/anolis/threads/anolis.js');
    expect(weights.manifest).toBe('https://other.test/anolis/weights/manifest.json');
    expect(weights.shards).toEqual({ 'a.safetensors': 'https://other.test/anolis/weights/a.safetensors' });
    expect(weightsInt8.manifest).toBe('https://other.test/anolis/weights-int8/manifest.json');
    expect(weightsInt8.shards).toEqual({ 'a.safetensors': 'https://other.test/anolis/weights-int8/a.safetensors' });
  }
});
