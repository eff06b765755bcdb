import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = here('../../..');
/** Outside the checkout's own packages, so that a project finds what it installed and nothing else. */
const folder = join(process.env['CARGO_TARGET_DIR'] ?? join(root, 'target'), 'consumers');
const run = promisify(execFile);
/** Tools are to decide for themselves how they build, and to tell nobody. */
const quietly = { NODE_ENV: '', NEXT_TELEMETRY_DISABLED: '1' };

/** Runs a program in a folder and answers what it wrote; a failure carries that too. */
export async function command(cwd: string, program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(program, args, { cwd, maxBuffer: 1 << 26, env: { ...process.env, ...quietly } });
    return stdout;
  } catch (reason) {
    const { stdout = '', stderr = '' } = reason as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: reason });
  }
}

/** Starts a server of the project's own and answers the first address that it says. */
export function start(cwd: string, ...args: string[]): Promise<{ origin: string; stop(): void }> {
  const server = spawn('node', args, { cwd, env: { ...process.env, NODE_ENV: '', NO_COLOR: '1' } });
  return new Promise((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (text) => {
      said += text;
      const [origin] = /http:\/\/localhost:\d+/.exec(said) ?? [];
      if (origin) resolve({ origin, stop: () => server.kill() });
    });
    server.on('exit', () => reject(new Error(`${args.join(' ')} ended: ${said}`)));
  });
}

/** `npm pack` of the built package; answers the tarball. */
export async function pack(): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const packed = await command(join(root, 'pkg'), 'npm', 'pack', '--json', '--pack-destination', folder);
  const [tarball] = JSON.parse(packed) as { filename: string }[];
  if (!tarball) throw new Error('npm pack made nothing');
  return join(folder, tarball.filename);
}

/** A fresh copy of a project with its pinned tools, which are kept between runs, and the package from the tarball. */
export async function install(name: string, tarball: string): Promise<string> {
  const [from, to] = [here(`../projects/${name}`), join(folder, name)];
  const tools = readFileSync(join(from, 'package.json'), 'utf8');
  const stamp = join(to, 'node_modules/.tools');
  const hash = createHash('sha256').update(tools).digest('hex');
  const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (!installed) rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  cpSync(here('../projects/ask.js'), join(to, 'ask.js'));
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  if (!installed) {
    console.log(`Installing the tools of ${name} into ${to}`);
    await command(to, 'npm', 'install', ...quiet);
  }
  rmSync(join(to, 'node_modules/anolis'), { recursive: true, force: true });
  await command(to, 'npm', 'install', '--no-save', ...quiet, tarball);
  writeFileSync(stamp, hash);
  return to;
}
