import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Two runs beside each other need two ports.
const port = Number(process.env['ANOLIS_TEST_PORT'] ?? 4173);
const quiet = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A GPU in software: right, not fast. */
export const softwareGpu = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-features=Vulkan',
];
/** A quiet Chromium. */
export const launch = (...args: string[]) => ({
  launchOptions: { executablePath: process.env['ANOLIS_CHROMIUM'] ?? '/usr/bin/chromium', args: [...quiet, ...args] },
});

// `cargo xtask eval --browser` compares predictions of tasks beside the repository, and nothing else.
const comparing = process.env['ANOLIS_EVAL_DATA'] !== undefined;
const gpuSpecs = ['webgpu.spec.ts', 'device.spec.ts', 'live-gpu.spec.ts', 'flow-webgpu.spec.ts'];
const bothSpecs = ['tags-native.spec.ts'];

const specs = (all: string[], but: string[] = []) =>
  comparing ? { testMatch: 'same.spec.ts' } : { testMatch: all, testIgnore: ['same.spec.ts', ...but] };

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  // Predictions take a core, starting a page most of another.
  workers: 2,
  timeout: 120_000,
  expect: {
    timeout: 30_000,
    // Another Chromium may smooth edges a little otherwise.
    toHaveScreenshot: { maxDiffPixelRatio: 0.004, animations: 'disabled', caret: 'hide' },
  },
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1280, height: 800 },
    // Routes see every request only where no service worker answers; the offline spec allows it.
    serviceWorkers: 'block',
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'cpu', metadata: { backend: 'cpu' }, ...specs(['*.spec.ts'], gpuSpecs), use: launch() },
    {
      name: 'webgpu',
      metadata: { backend: 'webgpu' },
      ...specs([...gpuSpecs, ...bothSpecs]),
      timeout: 1_800_000,
      // A GPU in software takes every core there is.
      workers: 1,
      use: launch(...softwareGpu),
    },
  ],
  webServer: {
    command: `npm run build:test -w www && npm run preview:test -w www -- --port ${port} --strictPort`,
    cwd: root,
    url: `http://localhost:${port}/tests.html`,
    env: { NODE_ENV: 'production' },
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
