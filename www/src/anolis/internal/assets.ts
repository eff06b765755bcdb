import type { Backend } from '../public/options.js';
import { hasRelaxedSimd } from './simd.js';

/** Files of one compiled runtime. */
export interface Runtime {
  /** The ES module that wasm-bindgen wrote. */
  readonly glue: string;
  /** The WebAssembly module. */
  readonly wasm: string;
}

/** Absolute URLs of everything that is fetched at load. */
export interface Assets {
  readonly runtime: {
    readonly cpu: Runtime;
    /** That of the CPU with fused multiply-add, for browsers that have relaxed SIMD. */
    readonly relaxed: Runtime;
    /** That of the CPU with several threads, for pages that are isolated from other origins. */
    readonly threads: Runtime;
    readonly gpu: Runtime;
  };
  readonly weights: WeightFiles;
  /** The same weights in eight bits. */
  readonly weightsInt8: WeightFiles;
}

/** Files of one form of the weights. */
export interface WeightFiles {
  readonly manifest: string;
  readonly shards: Readonly<Record<string, string>>;
}

/** The runtime that this browser is to fetch for a backend that has so many threads. */
export function runtimeFor(backend: Backend, { runtime }: Assets, threads = 1): Runtime {
  if (backend === 'webgpu') return runtime.gpu;
  if (threads > 1) return runtime.threads;
  return hasRelaxedSimd() ? runtime.relaxed : runtime.cpu;
}

/** `T` with every property, at every depth, optional. */
export type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/**
 * `base` with what `override` gives put in its place: some addresses, or the folder that has all files by their names. Who
 * gives a CPU runtime and no relaxed one has that one run everywhere, and alone where none with threads is given.
 */
export function mergeAssets(base: Assets, override: string | URL | DeepPartial<Assets> = {}): Assets {
  if (typeof override === 'string' || override instanceof URL) return inFolder(override, base);
  const { runtime = {}, weights = {}, weightsInt8 = {} } = override;
  const cpu = { ...base.runtime.cpu, ...runtime.cpu };
  return {
    runtime: {
      cpu,
      relaxed: { ...(runtime.cpu ? cpu : base.runtime.relaxed), ...runtime.relaxed },
      threads: { ...(runtime.cpu ? cpu : base.runtime.threads), ...runtime.threads },
      gpu: { ...base.runtime.gpu, ...runtime.gpu },
    },
    weights: mergeWeights(base.weights, weights),
    weightsInt8: mergeWeights(base.weightsInt8, weightsInt8),
  };
}

function mergeWeights(base: WeightFiles, { manifest, shards }: DeepPartial<WeightFiles>): WeightFiles {
  return {
    manifest: manifest ?? base.manifest,
    shards: { ...base.shards, ...(shards as Record<string, string>) },
  };
}

function inFolder(folder: string | URL, base: Assets): Assets {
  const root = new URL(`${folder}`.replace(/\/?$/, '/'), globalThis.document?.baseURI);
  const at = (path: string) => new URL(path, root).href;
  const runtime = (name: string) => ({ glue: at(`${name}/anolis.js`), wasm: at(`${name}/anolis_bg.wasm`) });
  const weights = (name: string, { shards }: WeightFiles) => ({
    manifest: at(`${name}/manifest.json`),
    shards: Object.fromEntries(Object.keys(shards).map((shard) => [shard, at(`${name}/${shard}`)])),
  });
  return {
    runtime: { cpu: runtime('cpu'), relaxed: runtime('relaxed'), threads: runtime('threads'), gpu: runtime('gpu') },
    weights: weights('weights', base.weights),
    weightsInt8: weights('weights-int8', base.weightsInt8),
  };
}
