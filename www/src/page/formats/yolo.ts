import { messages } from '../messages.js';
import type { Content, Imported, NamedFile, OpenPicture, Sheet } from './content.js';
import { Drawing } from './drawing.js';
import { baseOf, endingOf, stemOf } from './names.js';
import { FormatError, textOf } from './problem.js';
import { joined, regionsOf } from './regions.js';

/** YOLO's text files: a line an object, in shares of the picture; boxes around the objects of a mask. */
export function writeYoloBoxes(content: Content): NamedFile[] {
  return write(content, (sheet) =>
    objectsOf(sheet).map(({ class: id, left, top, right, bottom }) => {
      const centre = [(left + right) / 2 / sheet.width, (top + bottom) / 2 / sheet.height];
      return [id - 1, ...centre, (right - left) / sheet.width, (bottom - top) / sheet.height];
    }),
  );
}

/** Outlines of the objects of a mask; holes hang on bridges without width. */
export function writeYoloOutlines(content: Content): NamedFile[] {
  return write(content, (sheet) =>
    objectsOf(sheet).map(({ class: id, rings }) => {
      return [id - 1, ...joined(rings).map((value, i) => value / (i % 2 === 0 ? sheet.width : sheet.height))];
    }),
  );
}

/** Keypoints of the one thing in each picture, with the box around them. */
export function writeYoloPose(content: Content): NamedFile[] {
  const lines = ({ label, width, height }: Sheet) => {
    if (!('points' in label) || label.points.length === 0) return [];
    const [xs, ys] = [label.points.map(({ x }) => x / width), label.points.map(({ y }) => y / height)];
    const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const points = content.channels.flatMap((_, channel) => {
      const point = label.points.find((candidate) => candidate.channel === channel);
      return point ? [point.x / width, point.y / height, 2] : [0, 0, 0];
    });
    return [[0, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top, ...points]];
  };
  return write(content, lines, ['object'], content.channels);
}

function write(
  { channels, sheets }: Content,
  lines: (sheet: Sheet) => number[][],
  names: readonly string[] = channels,
  keypoints: readonly string[] = [],
): NamedFile[] {
  const labels = sheets.map((sheet) => ({
    name: `labels/${stemOf(sheet.name)}.txt`,
    data: lines(sheet)
      .map((line) => `${line.map((value) => Number(value.toFixed(8))).join(' ')}\n`)
      .join(''),
  }));
  // Quoted as JSON, which YAML reads.
  const yaml = [
    'path: .',
    'train: images',
    'val: images',
    'names:',
    ...names.map((name, i) => `  ${i}: ${JSON.stringify(name)}`),
  ];
  if (keypoints.length > 0)
    yaml.push(
      `kpt_shape: [${keypoints.length}, 3]`,
      'kpt_names:',
      '  0:',
      ...keypoints.map((k) => `    - ${JSON.stringify(k)}`),
    );
  return [{ name: 'data.yaml', data: `${yaml.join('\n')}\n` }, ...labels];
}

function objectsOf({ label }: Sheet) {
  return 'raster' in label ? regionsOf(label.raster).regions : [];
}

/** Reads YOLO's text files onto the open pictures; names come from `data.yaml` or `classes.txt`. Throws a {@link FormatError}. */
export function readYolo(files: readonly NamedFile[], pictures: readonly OpenPicture[]): Imported {
  const { names, keypoints, numbers } = namesOf(files);
  const drawing = new Drawing(keypoints > 0 ? 'keypoints' : 'mask', pictures, keypoints > 0 ? names : []);
  const channelOf = (id: number) => drawing.channel(names[id] ?? messages.exchange.className(id));
  if (keypoints === 0) for (const [id] of names.entries()) channelOf(id);
  for (const { name, data } of files) {
    if (endingOf(name) !== 'txt' || baseOf(name) === 'classes.txt') continue;
    const sheet = drawing.on(name);
    if (!sheet) continue;
    const { width, height } = sheet.size;
    for (const line of textOf(data).split('\n')) {
      if (!line.trim()) continue;
      const [id = Number.NaN, ...rest] = line.trim().split(/\s+/).map(Number);
      if (!Number.isInteger(id) || id < 0 || rest.length < 4 || !rest.every(Number.isFinite))
        throw new FormatError(messages.exchange.damaged(name));
      const pixels = (values: readonly number[]) => values.map((value, i) => value * (i % 2 === 0 ? width : height));
      if (keypoints > 0) {
        for (let i = 0; i < keypoints; i += 1) {
          const [x = 0, y = 0, visible = 1] = rest.slice(4 + numbers * i, 4 + numbers * (i + 1));
          if (visible > 0 && (x > 0 || y > 0)) sheet.point(x * width, y * height, i);
        }
      } else if (rest.length === 4) {
        const [x, y, across, down] = pixels(rest) as [number, number, number, number];
        sheet.box(x - across / 2, y - down / 2, across, down, channelOf(id));
      } else sheet.ring(pixels(rest), channelOf(id));
    }
  }
  return drawing.finish();
}

/** Names of classes, or of keypoints where the files say that there are some, and how many numbers each of these has. */
function namesOf(files: readonly NamedFile[]): { names: string[]; keypoints: number; numbers: number } {
  const yaml = files.find(({ name }) => /\.ya?ml$/i.test(name));
  const classes = files.find(({ name }) => baseOf(name) === 'classes.txt');
  if (!yaml) return { names: classes ? linesOf(textOf(classes.data)) : [], keypoints: 0, numbers: 0 };
  const text = textOf(yaml.data);
  const shape = /^kpt_shape:\s*\[\s*(\d+)\s*,\s*([23])\s*\]/m.exec(text);
  const [keypoints, numbers] = [Number(shape?.[1] ?? 0), Number(shape?.[2] ?? 0)];
  const names = keypoints > 0 ? section(text, 'kpt_names').slice(0, keypoints) : section(text, 'names');
  const missing = Array.from({ length: Math.max(0, keypoints - names.length) }, (_, i) =>
    messages.newChannel.keypoints(names.length + i + 1),
  );
  return { names: [...names, ...missing], keypoints, numbers };
}

/** A list of YAML in one of the forms that YOLO's tools write: in brackets, with dashes, or numbered. */
function section(text: string, key: string): string[] {
  const inline = new RegExp(`^${key}:\\s*\\[(.*)\\]`, 'm').exec(text)?.[1];
  if (inline !== undefined) return inline.split(',').map(unquoted);
  const block = new RegExp(`^${key}:[^\\n]*\\n((?:[ \\t-].*(?:\\n|$))*)`, 'm').exec(text)?.[1] ?? '';
  return linesOf(block).flatMap((line) => {
    const item = /^(?:-|\d+:)\s*(.+)$/.exec(line)?.[1];
    return item === undefined ? [] : [unquoted(item)];
  });
}

function unquoted(text: string): string {
  const bare = text.trim();
  try {
    return bare.startsWith('"') ? String(JSON.parse(bare)) : bare.replace(/^'(.*)'$/, '$1');
  } catch {
    return bare;
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
