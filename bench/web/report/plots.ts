import type { Curve, Row } from '../support/results.js';

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [420, 300, 62, 44];

/** Ratios of rows as bars, on a logarithmic axis around 1. */
export function bars(rows: readonly Row[]): string {
  const shown = rows.filter(({ ratio }) => ratio !== null);
  const [name, room, line] = [210, 480, 22];
  const low = Math.log(Math.min(0.05, ...shown.map(({ ratio }) => ratio as number)));
  const high = Math.log(Math.max(2, ...shown.map(({ ratio }) => ratio as number)));
  const x = (ratio: number) => name + (room * (Math.log(ratio) - low)) / (high - low);
  const bar = (row: Row, i: number) => {
    const [from, to] = [x(1), x(row.ratio as number)].sort((a, b) => a - b) as [number, number];
    const target = row.target ? `<path d="M${x(row.target)} ${i * line + 26}v16" stroke="#222" stroke-width="2"/>` : '';
    const colour = (row.ratio as number) <= 1 ? '#2e7d5b' : '#b3561d';
    return `<text x="${name - 8}" y="${i * line + 38}" text-anchor="end">${row.name}</text>
      <rect x="${from}" y="${i * line + 27}" width="${Math.max(to - from, 1)}" height="14" fill="${colour}"/>${target}
      <text x="${Math.max(to, x(1)) + 6}" y="${i * line + 38}">${(row.ratio as number).toFixed(2)}</text>`;
  };
  const height = shown.length * line + 44;
  return svg(
    name + room + 60,
    height,
    `<text x="${x(1)}" y="16" text-anchor="middle">as long as the peer</text>
    <path d="M${x(1)} 22V${height - 14}" stroke="#888"/>${shown.map(bar).join('')}`,
  );
}

/** A curve on two logarithmic axes, with a line that is linear in what grows. */
export function curve({ name, variable, unit, points, exponent }: Curve): string {
  const axis = (values: number[]) => [Math.log(Math.min(...values)), Math.log(Math.max(...values))] as const;
  const [left, right] = axis(points.map(([x]) => x));
  const [low, high] = axis(points.map(([, y]) => y));
  const pad = Math.max(0.35, (high - low) * 0.1);
  const px = (x: number) => LEFT + ((WIDTH - LEFT - 20) * (Math.log(x) - left)) / (right - left || 1);
  const py = (y: number) =>
    HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 40) * (Math.log(y) - low + pad)) / (high - low + 2 * pad);
  const path = points.map(([x, y], i) => `${i ? 'L' : 'M'}${px(x)} ${py(y)}`).join('');
  const dots = points.map(([x, y]) => `<circle cx="${px(x)}" cy="${py(y)}" r="3.5" fill="#2e7d5b"/>`).join('');
  const ticks = points
    .map(([x]) => `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${x}</text>`)
    .join('');
  const values = [points[0], points.at(-1)].map(
    (point) =>
      `<text x="${LEFT - 6}" y="${py(point?.[1] ?? 1) + 4}" text-anchor="end">${(point?.[1] ?? 0).toPrecision(3)}</text>`,
  );
  return svg(
    WIDTH,
    HEIGHT,
    `<text x="${LEFT}" y="20" font-weight="bold">${name}: ${unit}, exponent ${exponent.toFixed(2)}</text>
    <path d="M${LEFT} 32V${HEIGHT - BOTTOM}H${WIDTH - 16}" fill="none" stroke="#888"/>
    <path d="${path}" fill="none" stroke="#2e7d5b" stroke-width="2"/>${dots}${ticks}${values.join('')}
    <text x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${variable}</text>`,
  );
}

/** Plots in two columns. */
export function grid(plots: readonly string[]): string {
  const rows = Math.ceil(plots.length / 2);
  const placed = plots.map((plot, i) =>
    plot.replace('<svg ', `<svg x="${(i % 2) * WIDTH}" y="${Math.floor(i / 2) * HEIGHT}" `),
  );
  return svg(2 * WIDTH, rows * HEIGHT, placed.join(''));
}

function svg(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222"><rect width="100%" height="100%" fill="#fff"/>${content}</svg>`;
}
