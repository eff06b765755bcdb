import type { Curve, Row } from '../support/results.js';
import { explanations } from './targets.js';

/** Whether `cargo xtask bench native` measured it. */
export const isNative = ({ name }: Row): boolean => name.startsWith('native_');

/** docs/performance.md. */
export function text(all: readonly Row[], curves: readonly Curve[], about: Record<string, unknown>): string {
  const [rows, natively] = [all.filter((row) => !isNative(row)), all.filter(isNative)];
  const missed = all.filter(({ met, name }) => met === false || (explanations[name] && met !== true));
  return `# Performance
Written by \`cargo xtask bench web\`, \`bench native\` and \`bench growth\`; the numbers are in [performance.json](performance.json).
Every peer runs the same network with the same weights, which \`anolis convert\` writes ([cli.md](cli.md)), in the same headless Chromium, in turn with anolis (A B A B).
Times are medians, with first and third quartile. Answers are compared first: a peer whose answer has a cosine below 0.999 is not timed.

${about['cpu']}, ${about['cores']} cores; Chromium ${about['chromium']}; ${peers(about)}.
The machine did other work too: the load (processes that want a core) was ${loads(rows)}, so the ratios of a row say more than its milliseconds.
The GPU is SwiftShader, in software.

![Ratios](performance-ratios.png)

## Ours and theirs
${table(rows)}

${natively.length > 0 ? native(natively) : ''}${missed.length > 0 ? `## Missed targets\n${missed.map(explain).join('\n')}\n\n` : ''}${curves.length > 0 ? growth(curves) : ''}`;
}

function growth(curves: readonly Curve[]): string {
  const line = ({ name, variable, unit, points, exponent, note }: Curve) =>
    `| ${name} | ${variable} | ${points.map(([x, y]) => `${x}: ${number(y)}`).join(', ')} ${unit} | ${exponent.toFixed(2)} | ${note ?? ''} |`;
  return `## Growth
The exponent is that of a power law through the upper half of the points; 1 is linear in the variable, 0 is constant.

![Growth](performance-growth.png)

| what | in | measured | exponent | |
|---|---|---|---:|---|
${curves.map(line).join('\n')}
`;
}

function native(rows: readonly Row[]): string {
  return `## Natively
By criterion, one thread; the encoder's peer is the same network in PyTorch with the same weights (bench/native/peer.py), its answer compared as above. Not in turn: first ours, then the peer.${rows.some(({ name }) => name.startsWith('native_gpu')) ? '' : ' No GPU in hardware was at hand (`--gpu`).'}

${table(rows)}

`;
}

function table(rows: readonly Row[]): string {
  return `| row | what | anolis | peer | ratio | target | peer is |
|---|---|---:|---:|---:|---:|---|
${rows.map(line).join('\n')}`;
}

function line(row: Row): string {
  const target =
    row.target === null ? '' : `${row.target}${row.met === false ? ' **missed**' : row.met ? '' : ' **not measured**'}`;
  const what = row.note ? `${row.what}; ${row.note}` : row.what;
  return `| \`${row.name}\` | ${what} | ${cell(row.ours, row.oursSpread, row.unit)} | ${cell(row.peer, row.peerSpread, row.unit)} | ${row.ratio?.toFixed(2) ?? '–'} | ${target} | ${row.against} |`;
}

function explain(row: Row): string {
  return `- \`${row.name}\`: ${explanations[row.name] ?? 'not explained yet.'}`;
}

function cell(value: number | null, spread: readonly [number, number] | null, unit: string): string {
  if (value === null) return '–';
  const [low, high] = spread ?? [value, value];
  return low === high ? `${number(value)} ${unit}` : `${number(value)} ${unit} (${number(low)}–${number(high)})`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function peers(about: Record<string, unknown>): string {
  const names = Object.keys(about).filter((name) => name.includes('/') || name.includes('onnx'));
  return names.map((name) => `${name} ${about[name]}`).join(', ');
}

function loads(rows: readonly Row[]): string {
  const loads = rows.map(({ load }) => load);
  return `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
}
