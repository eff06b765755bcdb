import { errorOf } from '../public/errors.js';
import type { Runtime } from './assets.js';
import type { Glue } from './engine.js';
import type { Fetch } from './host.js';

/** Fetches, compiles and initialises a runtime. */
export async function startRuntime(
  { glue: glueUrl, wasm }: Runtime,
  fetcher: Fetch,
  onProgress: (done: number) => void,
): Promise<Glue> {
  const module = await compile(wasm, fetcher);
  onProgress(0.7);
  try {
    const glue = (await import(/* @vite-ignore */ /* webpackIgnore: true */ glueUrl)) as Glue;
    await glue.default({ module_or_path: module });
    onProgress(1);
    return glue;
  } catch (cause) {
    throw errorOf('runtime-failed', undefined, { cause });
  }
}

/** Fetches and compiles a module. */
export async function compile(url: string, fetcher: Fetch): Promise<WebAssembly.Module> {
  const response = await fetcher(url).catch((cause: unknown) => {
    throw errorOf('runtime-missing', undefined, { cause });
  });
  if (!response.ok) throw errorOf('runtime-missing');
  try {
    // Streaming insists on the right MIME type, which not every server sends.
    if (!response.headers.get('content-type')?.startsWith('application/wasm')) {
      return await WebAssembly.compile(await response.arrayBuffer());
    }
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    throw errorOf('runtime-failed', undefined, { cause });
  }
}
