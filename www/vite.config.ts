import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What is compiled in asks for its licence to come along, as what is bundled does. */
const copyLicences: Plugin = {
  name: 'copy-licences',
  apply: 'build',
  writeBundle: ({ dir = '' }) => {
    for (const name of ['LICENSE-APACHE', 'LICENSE-MIT', 'NOTICE']) copyFileSync(here(`../${name}`), `${dir}/${name}`);
    copyFileSync(here('src/anolis/assets/third-party-rust.md'), `${dir}/third-party-rust.md`);
  },
};

// Mode `test` adds the page that browser tests drive the library from.
export default defineConfig(({ mode }) => ({
  root: here('.'),
  base: './',
  plugins: mode === 'test' ? [] : [copyLicences],
  // No HTML in place of a missing file: a runtime that is not built yet must be a 404.
  appType: 'mpa',
  server: { fs: { allow: [here('..')] } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: mode === 'test' ? 'dist-test' : 'dist',
    // Runtimes and weights stay files, however small.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Which scripts there are: for the service worker, and to know what is loaded at the start.
    manifest: 'chunks.json',
    license: { fileName: 'third-party.md' },
    rolldownOptions: { input: [here('index.html'), ...(mode === 'test' ? [here('tests.html')] : [])] },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
}));
