import { cpSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';

export default {
  input: 'main.js',
  output: { dir: 'dist', format: 'es' },
  plugins: [
    resolve({ browser: true }),
    // Rollup follows no `new URL`: the worker and what it loads are copied, and named in main.js.
    { name: 'copy', closeBundle: () => cpSync('node_modules/anolis/dist', 'dist/anolis', { recursive: true }) },
  ],
};
