import { assets } from '../anolis/assets/index.js';
import { runtimeFor } from '../anolis/internal/assets.js';
import type { Backend, Weights } from '../anolis/public/index.js';

/** Lets the built page open without a network, once everything it uses has been fetched. */
export async function keepForOffline(backend: Backend, threads: number, weights: Weights): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(new URL('sw.js', document.baseURI));
    const { glue, wasm } = runtimeFor(backend, assets, threads);
    const { manifest } = weights === 'int8' ? assets.weightsInt8 : assets.weights;
    const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
    // What the worker fetched is not among the entries of the page.
    const urls = [document.baseURI, ...fetched, ...(await scripts()), glue, wasm, manifest];
    const active = (await navigator.serviceWorker.ready).active ?? registration.active;
    active?.postMessage({ type: 'keep', urls: urls.filter((url) => url.startsWith(location.origin)) });
  } catch {
    // Private windows refuse service workers; the page works online.
  }
}

/** Every script of the page, also those that nothing has asked for yet. */
async function scripts(): Promise<string[]> {
  const response = await fetch(new URL('chunks.json', document.baseURI));
  if (!response.ok) return [];
  const chunks = (await response.json()) as Record<string, { name?: string; file: string }>;
  // What has no name is a file of the runtimes or the weights.
  const named = Object.values(chunks).filter(({ name }) => name !== undefined);
  return named.map(({ file }) => new URL(file, document.baseURI).href);
}
