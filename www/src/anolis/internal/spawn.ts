import { errorOf } from '../public/errors.js';

/** Starts the worker: the copy the bundler made, or the one at `url`, which may be on another origin. */
export function spawnWorker(url?: string | URL): Worker {
  try {
    if (url === undefined)
      return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'anolis' });
    const absolute = new URL(url, document.baseURI);
    if (absolute.origin === location.origin) return new Worker(absolute, { type: 'module', name: 'anolis' });
    return spawnShim(absolute);
  } catch (cause) {
    throw errorOf('worker-blocked', undefined, { cause });
  }
}

// Browsers refuse workers from other origins, but a worker of ours may import from there.
function spawnShim(url: URL): Worker {
  const shim = URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' }));
  const worker = new Worker(shim, { type: 'module', name: 'anolis' });
  // Revoking at once would race with the fetch of the script.
  setTimeout(() => URL.revokeObjectURL(shim), 10_000);
  return worker;
}
