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

/** `base` with what `override` gives put in its place: some addresses, or the folder that has all files by their names. */
export function mergeAssets(base: Assets, override: string | URL | DeepPartial<Assets> = {}): Assets {
  if (typeof override === 'string' || override instanceof URL)
    return inFolder(override, Object.keys(base.weights.shards));
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

function inFolder(folder: string | URL, shards: readonly string[]): Assets {
  const base = new URL(`${folder}`.replace(/\/?$/, '/'), globalThis.document?.baseURI);
  const at = (path: string) => new URL(path, base).href;
  const runtime = (name: string) => ({ glue: at(`${name}/anolis.js`), wasm: at(`${name}/anolis_bg.wasm`) });
  return {
    runtime: { cpu: runtime('cpu'), gpu: runtime('gpu') },
    weights: {
      manifest: at('weights/manifest.json'),
      shards: Object.fromEntries(shards.map((name) => [name, at(`weights/${name}`)])),
    },
  };
}
