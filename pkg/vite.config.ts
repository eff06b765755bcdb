import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const source = here('../www/src/anolis/');
const element = here('../www/src/element/');

// Consumers' bundlers must find `new URL('./file', import.meta.url)` as it was written, so Vite is kept from resolving it.
const keepUrls: Plugin = {
  name: 'keep-urls',
  enforce: 'pre',
  transform: (code) => code.replaceAll('import.meta.url', '__META_URL__'),
  renderChunk: (code) => code.replaceAll('__META_URL__', 'import.meta.url').replaceAll('./worker.ts', './worker.js'),
};

const copyAssets: Plugin = {
  name: 'copy-assets',
  closeBundle: () => {
    cpSync(`${source}assets`, here('dist/assets'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
    for (const name of ['LICENSE-APACHE', 'LICENSE-MIT', 'NOTICE']) cpSync(here(`../${name}`), here(`dist/${name}`));
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [keepUrls, copyAssets],
  build: {
    target: 'es2022',
    minify: false,
    modulePreload: false,
    // What is bundled asks for its licence to come along.
    license: { fileName: 'third-party.md' },
    // As a library, dynamic imports stay as they are written.
    lib: {
      formats: ['es'],
      entry: {
        index: `${source}public/index.ts`,
        worker: `${source}internal/worker.ts`,
        'node/index': `${source}node/index.ts`,
        'node/worker': `${source}node/worker.ts`,
        element: `${element}index.ts`,
        define: `${element}define.ts`,
        'assets/index': `${source}assets/index.ts`,
      },
    },
    rolldownOptions: {
      external: /^node:/,
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
    },
  },
});
