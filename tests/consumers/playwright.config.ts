import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import browser, { launch, softwareGpu } from '../browser/playwright.config.js';

/** What others make of the built package: on the CPU, and the widget on a GPU in software too. */
export default defineConfig({
  ...browser,
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  testIgnore: 'projects/**',
  outputDir: 'results',
  // Projects are installed into folders that tests share.
  workers: 1,
  projects: [
    {
      name: 'cpu',
      metadata: { backend: 'cpu' },
      testIgnore: ['projects/**', '*-webgpu.spec.ts'],
      use: launch('--host-resolver-rules=MAP *.test localhost'),
    },
    {
      name: 'webgpu',
      metadata: { backend: 'webgpu' },
      testMatch: '*-webgpu.spec.ts',
      timeout: 1_800_000,
      use: launch(...softwareGpu),
    },
  ],
});
