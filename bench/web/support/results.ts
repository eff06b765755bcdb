import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { folder } from './project.js';

/** A row of docs/performance.json. */
export interface Row {
  readonly name: string;
  /** What is measured, in words. */
  readonly what: string;
  /** Who the peer is. */
  readonly against: string;
  /** Medians; `null` where it does not run or answers something else. */
  readonly ours: number | null;
  readonly peer: number | null;
  readonly ratio: number | null;
  readonly unit: string;
  /** First and third quartile, and how often it was measured. */
  readonly oursSpread: readonly [number, number] | null;
  readonly peerSpread: readonly [number, number] | null;
  readonly rounds: number;
  /** Highest ratio that was aimed at. */
  readonly target: number | null;
  readonly met: boolean | null;
  /** Cosine of both answers, where they were compared. */
  readonly cosine?: number;
  readonly note?: string;
  /** Load of the machine just then: processes that want a core. */
  readonly load: number;
}

/** What somebody measured, and how it is to be read. */
export interface Measured {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  readonly unit?: string;
  readonly target?: number;
  readonly cosine?: number;
  readonly note?: string;
}

/** A curve of docs/performance.json: cost against what grows. */
export interface Curve {
  readonly name: string;
  readonly variable: string;
  readonly unit: string;
  readonly points: readonly (readonly [number, number])[];
  /** Of the power law through its upper half. */
  readonly exponent: number;
  readonly note?: string;
}

const rows = join(folder, 'rows');
const curves = join(folder, 'curves');

/** Least cosine between answers that are timed. */
export const ALIKE = 0.999;

/** Keeps a row for the report and says it. */
export function record({ name, what, against, ours, peer, unit = 'ms', target, cosine, note }: Measured): void {
  const alike = cosine === undefined || cosine >= ALIKE;
  const peers = alike ? peer : [];
  const [left, right] = [median(ours), median(peers)];
  const ratio = left !== null && right !== null && right > 0 ? left / right : null;
  const row: Row = {
    name,
    what,
    against,
    ours: left,
    peer: right,
    ratio,
    unit,
    oursSpread: quartiles(ours),
    peerSpread: quartiles(peers),
    rounds: ours.length,
    target: target ?? null,
    met: target === undefined || ratio === null ? null : ratio <= target,
    ...(cosine === undefined ? {} : { cosine }),
    ...(alike ? {} : { note: `the answers differ (cosine ${cosine?.toFixed(4)}), so it is not timed` }),
    ...(note && alike ? { note } : {}),
    load: loadavg()[0] ?? 0,
  };
  keep(rows, name, row);
  const shown = (value: number | null) => (value === null ? '–' : value.toPrecision(3));
  console.log(
    `    ${name}: ${shown(row.ours)} / ${shown(row.peer)} ${unit} = ${shown(ratio)}${target ? ` (target ${target})` : ''}`,
  );
}

export function recordCurve(curve: Omit<Curve, 'exponent'>): void {
  const exponent = exponentOf(curve.points);
  keep(curves, `${curve.name} by ${curve.variable}`, { ...curve, exponent });
  console.log(`    ${curve.name}: exponent ${exponent.toFixed(2)} in ${curve.variable}`);
}

export const savedRows = (): Row[] => saved(rows);
export const savedCurves = (): Curve[] => saved(curves);

export function machine(): { cpu: string; cores: number; node: string } {
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
}

export function median(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

/** Slope of the logarithms over the upper half of the points, where constant costs matter least. */
export function exponentOf(points: readonly (readonly [number, number])[]): number {
  const upper = points.slice(Math.floor((points.length - 1) / 2)).map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1) => upper.reduce((sum, point) => sum + point[axis], 0) / upper.length;
  const [mx, my] = [mean(0), mean(1)];
  const above = upper.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / upper.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

function quartiles(values: readonly number[]): [number, number] | null {
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  return low === null || high === null ? null : [low, high];
}

function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}

function keep(to: string, name: string, value: unknown): void {
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, `${name}.json`), JSON.stringify(value));
}

function saved<T>(from: string): T[] {
  mkdirSync(from, { recursive: true });
  return readdirSync(from).map((name) => JSON.parse(readFileSync(join(from, name), 'utf8')));
}
