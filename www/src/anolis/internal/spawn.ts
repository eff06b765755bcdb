import { assets } from '../assets/index.js';
import { errorOf } from '../public/errors.js';
import { blobWorker } from './blob-worker.js';

/** Starts the worker: the copy the bundler made, or the one at `url`, which may be on another origin. */
export function spawnWorker(url?: string | URL): Worker {
  try {
    if (url === undefined) return spawnOwn();
    const absolute = new URL(url, document.baseURI);
    if (absolute.origin === self.origin) return new Worker(absolute, { type: 'module', name: 'anolis' });
    return spawnShim(absolute);
  } catch (cause) {
    throw errorOf('worker-blocked', undefined, { cause });
  }
}

function spawnOwn(): Worker {
  try {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'anolis' });
  } catch {
    // The library itself is from another origin, as a CDN serves it. A second `new URL` would make bundlers copy the worker twice.
    return spawnShim(new URL('../../worker.js', assets.runtime.cpu.glue));
  }
}

// Browsers refuse workers from other origins, but a worker of ours may import from there.
function spawnShim(url: URL): Worker {
  const script = `import ${JSON.stringify(url.href)};`;
  if (self.origin !== 'null') return blobWorker(script, 'anolis');
  // A sandboxed frame, whose origin is `null`, may not read its own blobs as modules.
  return new Worker(`data:text/javascript,${encodeURIComponent(script)}`, { type: 'module', name: 'anolis' });
}
