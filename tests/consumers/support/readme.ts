import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every TypeScript example of the package's README, in order, as one module that a project compiles and runs. */
export function writeReadme(project: string): number {
  const text = readFileSync(join(project, 'node_modules/anolis/README.md'), 'utf8');
  const examples = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  const body = examples.join('\n').replace(/^import .*\n/gm, '');
  const fixtures = readFileSync(join(project, 'fixtures.ts'), 'utf8');
  const names = [...fixtures.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  const imports = `import { Anolis } from 'anolis';\nimport { ${names.join(', ')} } from './fixtures.js';\n`;
  writeFileSync(join(project, 'readme.ts'), `${imports}\n${body}\nanolis.dispose();\nconsole.log('ran');\n`);
  return examples.length;
}
