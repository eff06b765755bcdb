import { cpSync } from 'node:fs';
import { build } from 'esbuild';

await build({ entryPoints: ['main.js'], bundle: true, format: 'esm', outfile: 'dist/main.js' });
// esbuild follows no `new URL`: the worker and what it loads are copied, and named in main.js.
cpSync('node_modules/anolis/dist', 'dist/anolis', { recursive: true });
