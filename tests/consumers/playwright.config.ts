import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import browser, { launch } from '../browser/playwright.config.js';

/** What others make of the built package, on the CPU. */
export default defineConfig({
  ...browser,
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  testIgnore: 'projects/**',
  outputDir: 'results',
  projects: [{ name: 'cpu', metadata: { backend: 'cpu' }, use: launch('--host-resolver-rules=MAP *.test localhost') }],
});
