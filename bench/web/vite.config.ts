import { defineConfig } from 'vite';

export default defineConfig({
  root: 'page',
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // TensorFlow.js starts its threads from the text of a function.
    minify: false,
  },
});
