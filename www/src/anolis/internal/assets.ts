/** Files of one compiled runtime. */
export interface Runtime {
  /** The ES module that wasm-bindgen wrote. */
  readonly glue: string;
  /** The WebAssembly module. */
  readonly wasm: string;
}

/** Absolute URLs of everything that is fetched at load. */
export interface Assets {
  readonly runtime: { readonly cpu: Runtime; readonly gpu: Runtime };
  readonly weights: { readonly manifest: string; readonly shards: Readonly<Record<string, string>> };
}

/** `T` with every property, at every depth, optional. */
export type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/** `base` with what `override` gives put in its place. */
export function mergeAssets(base: Assets, override: DeepPartial<Assets> = {}): Assets {
  const { runtime = {}, weights = {} } = override;
  return {
    runtime: {
      cpu: { ...base.runtime.cpu, ...runtime.cpu },
      gpu: { ...base.runtime.gpu, ...runtime.gpu },
    },
    weights: {
      manifest: weights.manifest ?? base.weights.manifest,
      shards: { ...base.weights.shards, ...(weights.shards as Record<string, string>) },
    },
  };
}
