import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

// What `custom-elements.json` says of the widget, as a page of the documentation.
const file = (name) => resolve(import.meta.dirname, 'dist', name);
const { modules } = JSON.parse(readFileSync(file('custom-elements.json'), 'utf8'));
const widget = modules.flatMap(({ declarations }) => declarations).find(({ customElement }) => customElement);

const code = (text) => (text ? `\`${text.replaceAll('|', '\\|')}\`` : '');
const columns = { type: ({ type }) => code(type?.text), 'by default': (row) => code(row.default) };
const table = (title, first, rows) => {
  const used = Object.entries(columns).filter(([, cell]) => rows.some(cell));
  const head = [first, '', ...used.map(([name]) => name)];
  const lines = rows.map((row) => [
    code(row.name) || 'without a name',
    ...used.map(([, cell]) => cell(row)),
    row.description,
  ]);
  const written = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${title}\n\n${written.join('\n')}\n`;
};

const page = [
  '---\ntitle: Widget\n---\n',
  `# &lt;${widget.tagName}&gt;\n\n${widget.description}\n`,
  table('Attributes', 'attribute', widget.attributes),
  table('Events', 'event', widget.events),
  table('Slots', 'slot', widget.slots),
  table('Parts', '`::part()`', widget.cssParts),
  table('CSS properties', 'property', widget.cssProperties),
  table('States', '`:state()`', widget.cssStates),
];
writeFileSync(file('widget.md'), page.join('\n'));
