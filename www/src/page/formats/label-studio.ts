import { messages } from '../messages.js';
import type { Content, Imported, NamedFile, OpenPicture, Sheet } from './content.js';
import { Drawing } from './drawing.js';
import { FormatError, parseJson } from './problem.js';
import { joined, regionsOf } from './regions.js';

type Result = Record<string, unknown>;

/** Label Studio's JSON: outlines of the objects of masks, or points; what the network said stands under predictions. */
export function writeLabelStudio({ channels, sheets }: Content): NamedFile[] {
  const tasks = sheets.map((sheet, place) => {
    const given = [{ result: resultsOf(sheet, channels) }];
    const [annotations, predictions] = sheet.source === 'label' ? [given, []] : [[], given];
    return { id: place + 1, data: { image: sheet.name }, annotations, predictions };
  });
  return [{ name: 'tasks.json', data: JSON.stringify(tasks) }];
}

function resultsOf({ label, width, height, scores }: Sheet, channels: readonly string[]): Result[] {
  const result = (type: string, value: Result, channel: number, more: Result = {}) => ({
    type,
    from_name: 'label',
    to_name: 'image',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    value: { ...value, [type]: [channels[channel]] },
    ...more,
  });
  if ('points' in label)
    return label.points.map(({ x, y, channel }, place) => {
      const score = scores ? { score: scores[place] } : {};
      return result('keypointlabels', { x: (100 * x) / width, y: (100 * y) / height, width: 0.5 }, channel, score);
    });
  return regionsOf(label.raster).regions.map(({ class: id, rings }) => {
    const ring = joined(rings);
    const points = Array.from({ length: ring.length / 2 }, (_, i) => {
      return [(100 * (ring[2 * i] as number)) / width, (100 * (ring[2 * i + 1] as number)) / height];
    });
    return result('polygonlabels', { points, closed: true }, id - 1);
  });
}

/**
 * Reads Label Studio's JSON onto the open pictures: outlines, boxes and points, of people first. Points are the keypoints of
 * `kind`, or its things. Throws a {@link FormatError}.
 */
export function readLabelStudio(
  { name, data }: { name: string; data: string },
  pictures: readonly OpenPicture[],
  pointed: 'keypoints' | 'density',
): Imported {
  const refuse = (): never => {
    throw new FormatError(messages.exchange.damaged(name));
  };
  const tasks = parseJson(name, data) as { data?: { image?: unknown }; annotations?: unknown; predictions?: unknown }[];
  if (!Array.isArray(tasks)) refuse();
  const read = tasks.map((task) => {
    const image = Object.values(task?.data ?? refuse()).find((value) => typeof value === 'string');
    const [first] = [task.annotations, task.predictions].flat() as ({ result?: unknown } | undefined)[];
    const results = first?.result ?? [];
    return { image: image ?? refuse(), results: Array.isArray(results) ? (results as Result[]) : refuse() };
  });
  const hasPoints = read.some(({ results }) => results.some(({ type }) => type === 'keypointlabels'));
  const drawing = new Drawing(hasPoints ? pointed : 'mask', pictures);
  let skipped = false;
  for (const { image, results } of read) {
    const [{ original_width: width, original_height: height } = {} as Result] = results;
    const size = typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
    // Uploaded files carry a prefix of Label Studio's own.
    const own = pictures.some((picture) => image.endsWith(picture.name))
      ? image
      : image.replace(/[0-9a-f]{8}-(?=[^/]*$)/, '');
    const sheet = drawing.on(own, size);
    for (const { type, value } of results) {
      const shape = (typeof value === 'object' && value !== null ? value : refuse()) as Result;
      const label = (shape[type as string] as unknown[] | undefined)?.[0];
      if (typeof label !== 'string') {
        skipped = true;
        continue;
      }
      const channel = drawing.channel(label);
      if (!sheet) continue;
      const { width: columns, height: rows } = sheet.size;
      const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((key) => Number(shape[key])) as [
        number,
        number,
        number,
        number,
      ];
      if (type === 'polygonlabels' && Array.isArray(shape['points']))
        sheet.ring(
          (shape['points'] as number[][]).flatMap(([px = 0, py = 0]) => [(px * columns) / 100, (py * rows) / 100]),
          channel,
        );
      else if (type === 'rectanglelabels')
        sheet.box((x * columns) / 100, (y * rows) / 100, (w * columns) / 100, (h * rows) / 100, channel);
      else if (type === 'keypointlabels') sheet.point((x * columns) / 100, (y * rows) / 100, channel);
      else skipped = true;
    }
  }
  const imported = drawing.finish();
  return skipped ? { ...imported, problems: [...imported.problems, messages.exchange.skipped(name)] } : imported;
}
