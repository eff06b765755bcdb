import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NamedFile } from '../../../src/page/formats/content.js';

const script = fileURLToPath(new URL('../../../../tests/formats/check.py', import.meta.url));

/** A Python that has what tests/formats/requirements.txt names; `cargo xtask test` sets one up. */
export const python = process.env['ANOLIS_FORMATS_PYTHON'];

if (!python) {
  // Said loudly: without it nobody else has read what is written here.
  console.warn('SKIPPED: formats are not compared with other libraries (set ANOLIS_FORMATS_PYTHON).');
}

/** What a library of another make says of files. */
export function read<T>(reader: string, files: readonly NamedFile[]): T {
  return inFolder((folder) => {
    for (const { name, data } of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), data);
    }
    return run<T>(reader, folder);
  });
}

/** Runs a reader on a folder. */
export function run<T>(reader: string, folder: string): T {
  const output = execFileSync(python as string, [script, reader, folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: 'pipe',
  });
  return JSON.parse(output) as T;
}

/** Gives `act` an empty folder for as long as it needs it. */
export function inFolder<T>(act: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'anolis-formats-'));
  try {
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
