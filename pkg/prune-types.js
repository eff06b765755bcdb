import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, 'dist/types');
const entries = ['anolis/public/index.d.ts', 'element/index.d.ts', 'element/define.d.ts'];

// The compiler writes a declaration for every module it reads; the page's name packages that consumers have not.
const needed = new Set(entries.map((entry) => join(folder, entry)));
for (const file of needed) {
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g);
  for (const [, path] of imports) needed.add(join(dirname(file), `${path}.d.ts`));
}
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !needed.has(path)) rmSync(path);
}
