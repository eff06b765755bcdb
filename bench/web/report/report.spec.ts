import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, test } from '@playwright/test';
import { root, versions } from '../support/project.js';
import { type Curve, machine, type Row, savedCurves, savedRows } from '../support/results.js';
import { isNative, text } from './page.js';
import { bars, curve, grid } from './plots.js';

const docs = (name: string) => join(root, 'docs', name);

/** What was not measured again stays. */
function merged<T extends { name: string; variable?: string }>(old: readonly T[], fresh: readonly T[]): T[] {
  const all = new Map([...old, ...fresh].map((item) => [`${item.name} ${item.variable ?? ''}`, item]));
  return [...all.values()];
}

test('docs/performance.json, docs/performance.md and its plots', async ({ page, browser }) => {
  const file = docs('performance.json');
  const old = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { rows: [], curves: [] };
  const rows = merged<Row>(old.rows, savedRows());
  const curves = merged<Curve>(old.curves, savedCurves());
  const about = { ...machine(), chromium: browser.version(), ...versions() };
  writeFileSync(
    file,
    `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine: about, rows, curves }, null, 1)}\n`,
  );
  const inBrowsers = rows.filter((row) => !isNative(row));
  if (inBrowsers.some(({ ratio }) => ratio !== null)) await png(page, bars(inBrowsers), 'performance-ratios.png');
  if (curves.length > 0) await png(page, grid(curves.map(curve)), 'performance-growth.png');
  writeFileSync(docs('performance.md'), text(rows, curves, about));
});

async function png(page: Page, svg: string, name: string): Promise<void> {
  await page.setContent(`<body style="margin:0;display:inline-block">${svg}</body>`);
  await page
    .locator('svg')
    .first()
    .screenshot({ path: docs(name) });
}
