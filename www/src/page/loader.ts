import { assets } from '../anolis/assets/index.js';
import {
  Anolis,
  type Backend,
  type Notice,
  type Progress,
  type Quality,
  type Weights,
} from '../anolis/public/index.js';

/** Which backend the address asks for: `?backend=cpu`, `webgpu` or `auto`. */
export function requestedBackend(search: string): Backend | 'auto' {
  const asked = new URLSearchParams(search).get('backend');
  return asked === 'cpu' || asked === 'webgpu' ? asked : 'auto';
}

/** How much work a prediction may be: `?quality=fast` for slow machines. */
export function requestedQuality(search: string): Quality {
  return new URLSearchParams(search).get('quality') === 'fast' ? 'fast' : 'best';
}

/** How the weights are stored: `?weights=int8` for slow connections. */
export function requestedWeights(search: string): Weights {
  return new URLSearchParams(search).get('weights') === 'int8' ? 'int8' : 'f16';
}

/** Loads the network with what the page wants to know about it. */
export function load(
  backend: Backend | 'auto',
  onProgress: (progress: Progress) => void,
  onNotice: (notice: Notice) => void,
): Promise<Anolis> {
  const quality = requestedQuality(location.search);
  const weights = requestedWeights(location.search);
  return Anolis.load({ backend, quality, weights, onProgress, onNotice });
}

/** In development the GPU runtime is built while the page already runs: tells once when it is there. */
export function awaitGpuRuntime(onReady: () => void): void {
  if (!import.meta.env.DEV || !('gpu' in navigator)) return;
  const timer = setInterval(async () => {
    const response = await fetch(assets.runtime.gpu.wasm, { method: 'HEAD' }).catch(() => undefined);
    if (!response?.ok) return;
    clearInterval(timer);
    onReady();
  }, 10_000);
}
