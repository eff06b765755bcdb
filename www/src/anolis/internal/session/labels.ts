import type { ClassIds, Keypoints, Layers, MapValues, Points } from '../../public/labels.js';
import type { SessionLabel, SessionTask } from '../../public/session-file.js';
import type { TagLabel } from '../../public/tags.js';
import type { ImageEntry, TaskEntry } from './manifest.js';
import { readGrey, writeGrey } from './png.js';
import { damaged } from './problem.js';

type Label = SessionLabel['label'];
type Size = Pick<ImageEntry, 'width' | 'height'>;
type Description = Pick<TaskEntry, 'kind' | 'channels' | 'overlap'>;

/** What a map's PNG holds for the value 1, less 1; 0 is unknown. */
const STEPS = 65_534;

/** The files of a label, in order: their endings and contents. */
export async function encodeLabel(label: Label, { width, height }: Size): Promise<[string, Uint8Array<ArrayBuffer>][]> {
  if ('data' in label) return [['png', await writeGrey(Uint8Array.from(label.data), width, height)]];
  if ('layers' in label) return pngs(label.layers.map((layer) => Uint8Array.from(layer)));
  if ('map' in label) {
    const components = label.map instanceof Float32Array ? [label.map] : label.map;
    return pngs(components.map((values) => Uint16Array.from(values, stepOf)));
  }
  if ('keypoints' in label) return [['json', json({ points: label.keypoints })]];
  if ('points' in label)
    return [['json', json({ points: label.points.map(([x, y, channel = 0]) => [x, y, channel]) })]];
  const said = [...label.tags.map((name) => [name, true]), ...(label.not ?? []).map((name) => [name, false])];
  return [['json', json({ tags: Object.fromEntries(said) })]];

  function pngs(all: (Uint8Array | Uint16Array)[]) {
    return Promise.all(
      all.map(async (data) => ['png', await writeGrey(data, width, height)] as [string, Uint8Array<ArrayBuffer>]),
    );
  }
}

/** A label from the contents of its files. Rejects with `'session-file'`. */
export async function decodeLabel(
  task: Description,
  size: Size,
  files: readonly { name: string; bytes: Uint8Array }[],
): Promise<Label> {
  const { kind, channels, overlap } = task;
  const several = (kind === 'mask' && overlap) || kind === 'map';
  const wanted = several ? channels.length : 1;
  if (files.length !== wanted) throw damaged(`a label has ${files.length} files instead of ${wanted}`);
  const { width, height } = size;
  const grey = (depth: 8 | 16) =>
    Promise.all(files.map(({ name, bytes }) => readGrey(bytes, name, { width, height, depth })));
  const label = await read();
  checkLabel(label, task, size, files[0]?.name ?? '');
  return label;

  async function read(): Promise<Label> {
    if (kind === 'mask') {
      const layers = (await grey(8)) as Uint8Array[];
      return overlap ? { width, height, layers } : { width, height, data: layers[0] as Uint8Array };
    }
    if (kind === 'map') {
      const components = await grey(16);
      return { width, height, map: components.map((data) => Float32Array.from(data, valueAt)) };
    }
    const [{ name, bytes } = { name: '', bytes: new Uint8Array() }] = files;
    const { points, tags } = parse(name, bytes);
    if (kind === 'tags') return readTags(tags, channels, name);
    const wantedNumbers = kind === 'keypoints' ? 2 : 3;
    const isPoint = (point: unknown) => point === null || (Array.isArray(point) && point.length === wantedNumbers);
    if (!Array.isArray(points) || !(points as unknown[]).every(isPoint)) throw damaged(`${name} has no points`);
    return kind === 'keypoints' ? { keypoints: points } : { points };
  }
}

/** Refuses a label that does not belong to the task and the picture; `name` is said. */
export function checkLabel(label: Label, { kind, channels, overlap }: Description, size: Size, name: string): void {
  const form = formOf(kind, overlap);
  if (!(form in label)) throw damaged(`${name} is not a label of a task of kind '${kind}'`);
  if ('width' in label) checkRaster(label, channels.length, size, name);
  else if ('tags' in label) checkTags(label, channels, name);
  else checkPoints(label, channels.length, size, name);
}

function formOf(kind: SessionTask['kind'], overlap: boolean): string {
  if (kind === 'mask') return overlap ? 'layers' : 'data';
  return { map: 'map', keypoints: 'keypoints', density: 'points', tags: 'tags' }[kind];
}

function checkRaster(label: ClassIds | Layers | MapValues, channels: number, size: Size, name: string): void {
  const parts: readonly ArrayLike<number>[] =
    'data' in label
      ? [label.data]
      : 'layers' in label
        ? label.layers
        : label.map instanceof Float32Array
          ? [label.map]
          : label.map;
  const { width, height } = size;
  if (label.width !== width || label.height !== height || parts.some(({ length }) => length !== width * height))
    throw damaged(`${name} has another size than its picture of ${width} × ${height} pixels`);
  if (!('data' in label) && parts.length !== channels)
    throw damaged(`${name} has ${parts.length} layers, its task ${channels} channels`);
  if ('map' in label) {
    if (parts.some((values) => some(values, (value) => value < 0 || value > 1)))
      throw damaged(`${name} has values beyond 0 to 1`);
    return;
  }
  const most = 'data' in label ? channels : 1;
  if (parts.some((ids) => some(ids, (id) => id > most && id < 254)))
    throw damaged(`${name} has classes that its task has not`);
}

function checkPoints(label: Keypoints | Points, channels: number, size: Size, name: string): void {
  const keypoints = 'keypoints' in label;
  const points: readonly unknown[] = keypoints ? label.keypoints : label.points;
  if (keypoints && points.length !== channels)
    throw damaged(`${name} has ${points.length} points, its task ${channels} channels`);
  for (const point of points) {
    if (keypoints && point === null) continue;
    const [x, y, channel = 0] = Array.isArray(point) ? point : [];
    const inside = isWithin(x, size.width) && isWithin(y, size.height);
    if (!inside) throw damaged(`${name} has a point that is not in its picture`);
    if (!keypoints && !(Number.isInteger(channel) && channel >= 0 && channel < channels))
      throw damaged(`${name} has a point of a channel that its task has not`);
  }
}

function checkTags({ tags, not = [] }: TagLabel, channels: readonly string[], name: string): void {
  const unknown = [...tags, ...not].find((tag) => !channels.includes(tag));
  if (unknown !== undefined) throw damaged(`${name} names '${unknown}', which its task has not`);
  if (tags.some((tag) => not.includes(tag))) throw damaged(`${name} says of a tag that it is there and that it is not`);
}

function readTags(tags: unknown, channels: readonly string[], name: string): TagLabel {
  const said = typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? Object.entries(tags) : undefined;
  if (!said?.every(([, value]) => typeof value === 'boolean')) throw damaged(`${name} has no tags`);
  const unknown = said.find(([tag]) => !channels.includes(tag));
  if (unknown) throw damaged(`${name} names '${unknown[0]}', which its task has not`);
  const named = (wanted: boolean) => said.filter(([, value]) => value === wanted).map(([tag]) => tag);
  return { tags: named(true), not: named(false) };
}

function parse(name: string, bytes: Uint8Array): { points?: never; tags?: unknown } {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw damaged(`${name} is not JSON`, cause);
  }
  throw damaged(`${name} is not an object`);
}

function some(values: ArrayLike<number>, is: (value: number) => boolean): boolean {
  for (let at = 0; at < values.length; at += 1) if (is(values[at] as number)) return true;
  return false;
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function stepOf(value: number): number {
  return Number.isNaN(value) ? 0 : Math.round(value * STEPS) + 1;
}

function valueAt(step: number): number {
  return step === 0 ? Number.NaN : (step - 1) / STEPS;
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;
}
