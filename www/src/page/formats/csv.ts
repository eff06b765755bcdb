import { messages } from '../messages.js';
import type { Content, Imported, NamedFile, OpenPicture } from './content.js';
import { Drawing } from './drawing.js';
import { FormatError, textOf } from './problem.js';
import { regionsOf } from './regions.js';
import { parseTable, writeTable } from './table.js';

const POINTS = ['picture', 'source', 'channel', 'x', 'y', 'score'];
const COUNTS = ['picture', 'source', 'channel', 'count'];
const AREAS = [...COUNTS, 'pixels'];

/** Two tables: every point, and how many there are of each channel; of masks how many objects and pixels. */
export function writeCsv({ kind, channels, sheets }: Content): NamedFile[] {
  const counts = sheets.flatMap(({ name, source, label, counts: predicted }) => {
    const regions = 'raster' in label ? regionsOf(label.raster).regions : [];
    return channels.map((channel, place) => {
      if ('points' in label) {
        const set = label.points.filter((point) => point.channel === place).length;
        return [name, source, channel, predicted?.[place] ?? set];
      }
      const own = regions.filter((region) => region.class === place + 1);
      return [name, source, channel, own.length, own.reduce((sum, { area }) => sum + area, 0)];
    });
  });
  const table = { name: 'counts.csv', data: writeTable([kind === 'mask' ? AREAS : COUNTS, ...counts]) };
  if (kind === 'mask') return [table];
  const points = sheets.flatMap(({ name, source, label, scores }) =>
    'points' in label
      ? label.points.map(({ x, y, channel }, place) => [
          name,
          source,
          channels[channel] ?? '',
          x,
          y,
          scores?.[place] ?? '',
        ])
      : [],
  );
  return [{ name: 'points.csv', data: writeTable([POINTS, ...points]) }, table];
}

/** Reads a table of points onto the open pictures: columns `picture`, `x`, `y` and `channel`, of which the last may be missing. */
export function readCsv(
  { name, data }: NamedFile,
  pictures: readonly OpenPicture[],
  kind: 'keypoints' | 'density',
  names: readonly string[],
): Imported {
  const [header = [], ...rows] = parseTable(textOf(data));
  const columns = header.map((column) => column.trim().toLowerCase());
  const [picture, x, y, channel] = ['picture', 'x', 'y', 'channel'].map((column) => columns.indexOf(column)) as [
    number,
    number,
    number,
    number,
  ];
  if (picture < 0 || x < 0 || y < 0) throw new FormatError(messages.exchange.noColumns(name));
  const drawing = new Drawing(kind, pictures);
  for (const row of rows) {
    const [px, py] = [Number(row[x]), Number(row[y])];
    if (!row[x] || !row[y] || !Number.isFinite(px) || !Number.isFinite(py))
      throw new FormatError(messages.exchange.damaged(name));
    const place = drawing.channel(row[channel] || (names[0] ?? messages.newChannel[kind](1)));
    drawing.on(row[picture] ?? '')?.point(px, py, place);
  }
  return drawing.finish();
}
