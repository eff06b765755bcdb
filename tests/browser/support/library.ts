import type { Page } from '@playwright/test';
import type * as Library from '../../../www/src/anolis/public/index.js';

declare global {
  /** Put there by the page for tests. */
  var library: typeof Library;
  /** Every worker that was started since {@link watchWorkers}. */
  var workers: Worker[];
}

/** Opens the page that has the library and nothing else. */
export async function openLibrary(page: Page): Promise<void> {
  await page.goto('/tests.html');
  await page.locator('body[data-state=ready]').waitFor({ state: 'attached' });
}

/** Lists the workers that the open page, or the one opened next, starts from now on. */
export async function watchWorkers(page: Page): Promise<void> {
  const watch = () => {
    globalThis.workers = [];
    const Native = globalThis.Worker;
    globalThis.Worker = class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
}

/** Loads the library and answers how it went. */
export function tryLoad(page: Page, backend: 'auto' | 'cpu' | 'webgpu') {
  return page.evaluate(async (asked) => {
    const fractions: number[] = [];
    const phases = new Set<string>();
    const onProgress = ({ fraction, phase }: { fraction: number; phase: string }) => {
      fractions.push(fraction);
      phases.add(phase);
    };
    try {
      const anolis = await library.Anolis.load({ backend: asked, onProgress });
      const notices = anolis.notices.map(({ code }) => code);
      anolis.dispose();
      return { backend: anolis.backend, notices, fractions, phases: [...phases] };
    } catch (reason) {
      const { name, code, message } = reason as Error & { code: string };
      return { name, code, message, fractions, phases: [...phases] };
    }
  }, backend);
}
