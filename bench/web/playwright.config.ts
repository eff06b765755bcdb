import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import browser, { launch } from '../../tests/browser/playwright.config.js';
import { folder } from './support/project.js';

const gpu = browser.projects?.find(({ name }) => name === 'webgpu')?.use ?? {};

/** The benchmark: one browser at a time, nothing repeated, a failed row does not stop the others. */
export default defineConfig({
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  outputDir: join(folder, 'results'),
  workers: 1,
  timeout: 480_000,
  reporter: [['list']],
  use: { viewport: { width: 1280, height: 800 }, trace: 'off' },
  globalSetup: fileURLToPath(new URL('support/project.ts', import.meta.url)),
  projects: [
    { name: 'cpu', testMatch: 'rows/*.spec.ts', use: launch() },
    { name: 'gpu', testMatch: 'gpu/*.spec.ts', timeout: 600_000, use: gpu },
    { name: 'growth', testMatch: 'growth/*.spec.ts', use: launch() },
    { name: 'report', testMatch: 'report/*.spec.ts', use: launch() },
  ],
});
