import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openLibrary } from '../browser/support/library.js';
import type { Answer } from './projects/ask.js';
import { command, install, pack, start } from './support/install.js';
import { writeReadme } from './support/readme.js';
import { type Content, serve } from './support/serve.js';

declare global {
  /** Put there by every project's page: the library's answer and the widget's. */
  var answers: Promise<Pick<Answer, 'backend' | 'probability'>[]>;
}

let tarball: string;
let expected: Answer;

test.beforeAll('the package is packed, and the library asked in its own page', async ({ browser }, info) => {
  info.setTimeout(300_000);
  tarball = await pack();
  const page = await browser.newPage({ baseURL: info.project.use.baseURL ?? '' });
  await openLibrary(page);
  const source = readFileSync(new URL('projects/ask.js', import.meta.url), 'utf8').replaceAll('export ', '');
  expected = await page.evaluate(`${source}; ask(library.Anolis)`);
  await page.close();
  expect(expected.right).toBeGreaterThan(0.97);
});

/** Opens a built project and compares the answers of its library and its widget. */
async function check(page: Page, content: Content): Promise<void> {
  const site = await serve(content);
  await checkAt(page, site.origin);
  await site.close();
}

async function checkAt(page: Page, origin: string): Promise<void> {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => 'answers' in globalThis);
  const answers = await page.evaluate(() => globalThis.answers);
  expect(answers).toHaveLength(2);
  for (const answer of answers) compare(answer);
  expect(errors).toEqual([]);
}

function compare({ backend, probability }: Pick<Answer, 'backend' | 'probability'>): void {
  expect(backend).toBe('cpu');
  expect(probability).toHaveLength(expected.probability.length);
  const differences = probability.map((value, at) => Math.abs(value - (expected.probability[at] ?? 0)));
  expect(Math.max(...differences)).toBeLessThan(1e-3);
}

test('the package brings the licences of what is compiled and bundled into it', async () => {
  const project = await install('node', tarball);
  const read = (name: string) => readFileSync(join(project, 'node_modules/anolis/dist', name), 'utf8');
  const rust = read('assets/third-party-rust.md');
  for (const name of ['burn-core', 'wgpu', 'image', 'wasm-bindgen'])
    expect(rust).toMatch(new RegExp(`\\b${name} \\d+\\.`));
  expect(rust).toContain('Permission is hereby granted');
  expect(read('third-party.md')).toContain('lit');
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE', 'NOTICE']) expect(read(name).length).toBeGreaterThan(100);
});

test('Vite', async ({ page }) => {
  const project = await install('vite', tarball);
  await command(project, 'npm', 'run', 'build');
  await check(page, { folder: join(project, 'dist') });
});

test('Vite 7', async ({ page }) => {
  const project = await install('vite7', tarball);
  await command(project, 'npm', 'run', 'build');
  await check(page, { folder: join(project, 'dist') });
});

test('Rollup, with the worker and the assets copied', async ({ page }) => {
  const project = await install('rollup', tarball);
  await command(project, 'npm', 'run', 'build');
  await check(page, { folder: join(project, 'dist'), pages: { '/index.html': indexOf(project) } });
});

test('Next, which imports it on the server too', async ({ page }) => {
  const project = await install('next', tarball);
  await command(project, 'npm', 'run', 'build');
  const rendered = readFileSync(join(project, 'out/index.html'), 'utf8');
  expect(rendered).toContain('function function');
  await check(page, { folder: join(project, 'out') });
});

test('Vite, as it serves while one develops', async ({ page }) => {
  const project = await install('vite', tarball);
  const server = await start(project, 'node_modules/vite/bin/vite.js');
  await checkAt(page, server.origin);
  server.stop();
});

test('webpack', async ({ page }) => {
  const project = await install('webpack', tarball);
  const built = await command(project, 'npm', 'run', 'build');
  expect(built).not.toMatch(/warning/i);
  await check(page, { folder: join(project, 'dist'), pages: { '/index.html': indexOf(project) } });
});

test('an import map, without a bundler', async ({ page }) => {
  const project = await install('import-map', tarball);
  await check(page, { folder: project });
});

test('esbuild, with the worker and the assets copied', async ({ page }) => {
  const project = await install('esbuild', tarball);
  await command(project, 'npm', 'run', 'build');
  await check(page, { folder: join(project, 'dist'), pages: { '/index.html': indexOf(project) } });
});

test('Node', async () => {
  const project = await install('node', tarball);
  compare(JSON.parse(await command(project, 'node', 'main.js')));
});

test('TypeScript that checks the declarations of libraries too; the examples of the README', async () => {
  const project = await install('typescript', tarball);
  expect(writeReadme(project)).toBeGreaterThan(5);
  await command(project, 'npm', 'run', 'build');
  const { right } = JSON.parse(await command(project, 'node', 'dist/main.js')) as Answer;
  expect(right).toBeGreaterThan(0.95);
  expect(await command(project, 'node', 'dist/readme.js')).toContain('ran');
});

function indexOf(project: string): string {
  return readFileSync(join(project, 'index.html'), 'utf8');
}
