import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../../../tests/consumers/support/install.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const root = here('../../../');
/** Outside the checkout, so that the peers' packages are nobody's but the benchmark's. */
export const folder = join(process.env['CARGO_TARGET_DIR'] ?? join(root, 'target'), 'bench-web');
/** What the benchmark's server serves. */
export const site = join(folder, 'dist');

/** Installs the pinned peers where they are not, bundles the page, and lays beside it what it fetches. */
export default async function prepare(): Promise<void> {
  if (process.argv.includes('--project=report')) return;
  mkdirSync(folder, { recursive: true });
  const tools = readFileSync(here('../package.json'), 'utf8');
  const stamp = join(folder, 'node_modules/.tools');
  const hash = createHash('sha256').update(tools).digest('hex');
  for (const name of ['package.json', 'vite.config.ts', 'page'])
    cpSync(here(`../${name}`), join(folder, name), { recursive: true });
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    console.log(`Installing the peers into ${folder}`);
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    await command(folder, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
    writeFileSync(stamp, hash);
  }
  console.log('Bundling the page');
  await command(folder, 'npx', 'vite', 'build');
  const modules = join(folder, 'node_modules');
  const models = join(folder, 'models');
  cpSync(join(root, 'pkg/dist'), join(site, 'anolis'), { recursive: true });
  cpSync(models, join(site, 'models'), { recursive: true });
  cpSync(join(modules, '@tensorflow/tfjs-backend-wasm/wasm-out'), join(site, 'tfjs'), { recursive: true });
  const ort = (path: string) => !/\.map$|\.js$|jspi|jsep|webgl|node/.test(basename(path));
  cpSync(join(modules, 'onnxruntime-web/dist'), join(site, 'ort'), { recursive: true, filter: ort });
  const nested = join(modules, '@huggingface/transformers/node_modules/onnxruntime-web/dist');
  const runtime = existsSync(nested) ? nested : join(modules, 'onnxruntime-web/dist');
  const needed = (path: string) => path === runtime || /ort-wasm-simd-threaded(\.asyncify)?\.(mjs|wasm)$/.test(path);
  cpSync(runtime, join(site, 'transformers'), { recursive: true, filter: needed });
  // As transformers.js expects a model.
  mkdirSync(join(site, 'models/encoder/onnx'), { recursive: true });
  cpSync(join(models, 'encoder.onnx'), join(site, 'models/encoder/onnx/model.onnx'));
  writeFileSync(join(site, 'models/encoder/config.json'), JSON.stringify({ model_type: 'anolis' }));
}

/** Versions of the peers, as installed. */
export function versions(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}
