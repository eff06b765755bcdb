import { errorOf } from '../../public/errors.js';
import type { SessionTask } from '../../public/session-file.js';
import { LONGEST_SIDE } from '../decode.js';
import { damaged } from './problem.js';

export const FORMAT = 'anolis-session';
export const VERSION = 1;

/** Most channels of a task, and most tags. */
const MOST_CHANNELS = 253;
const MOST_TAGS = 1000;

/** What `manifest.json` says, keys that are not known left out. */
export interface Manifest {
  readonly name: string;
  /** ISO 8601. */
  readonly changed: string;
  readonly weights?: string | undefined;
  readonly images: readonly ImageEntry[];
  readonly tasks: readonly TaskEntry[];
  readonly page?: unknown;
}

export interface ImageEntry {
  readonly id: string;
  readonly name: string;
  readonly files: readonly string[];
  readonly width: number;
  readonly height: number;
}

export interface TaskEntry {
  readonly id: string;
  readonly kind: SessionTask['kind'];
  readonly channels: readonly string[];
  readonly overlap: boolean;
  readonly labels: readonly LabelEntry[];
  readonly adapter?: string | undefined;
}

export interface LabelEntry {
  readonly image: string;
  readonly files: readonly string[];
}

/** Reads and checks a manifest. Throws `'session-file'` or `'session-version'`. */
export function parseManifest(text: string): Manifest {
  const root = objectOf(parse(text), 'manifest.json');
  if (root['format'] !== FORMAT) throw damaged('its manifest is not that of a session');
  const version = root['version'];
  if (!isWhole(version) || version < 1) throw damaged('its manifest has no version');
  if (version > VERSION) throw errorOf('session-version');
  const images = listOf(root['images'], 'images').map(readImage);
  const tasks = listOf(root['tasks'], 'tasks').map(readTask);
  const { weights } = root as { weights?: unknown };
  const manifest = {
    name: textOf(root['name'], 'name'),
    changed: textOf(root['changed'], 'changed'),
    weights: weights == null ? undefined : textOf(weights, 'weights'),
    images,
    tasks,
    page: root['page'],
  };
  checkManifest(manifest);
  return manifest;
}

/** Refuses what does not fit together. Throws `'session-file'`. */
export function checkManifest({ changed, images, tasks }: Manifest): void {
  if (Number.isNaN(Date.parse(changed))) throw damaged('its manifest has no date');
  checkIds(images, 'pictures');
  checkIds(tasks, 'tasks');
  const known = new Map(images.map((image) => [image.id, image]));
  for (const { id, width, height, files } of images) {
    const inside = [width, height].every((side) => isWhole(side) && side >= 1 && side <= LONGEST_SIDE);
    if (!inside) throw damaged(`picture ${id} has no size that labels can have`);
    if (files.length > 2) throw damaged(`picture ${id} has more than two files`);
  }
  for (const { id, kind, channels, labels } of tasks) {
    if (!kinds.includes(kind)) throw damaged(`task ${id} is of a kind that is not known`);
    checkChannels(id, channels, kind === 'tags');
    const labelled = labels.map(({ image }) => image);
    if (new Set(labelled).size !== labelled.length) throw damaged(`task ${id} labels a picture twice`);
    const stray = labelled.find((image) => !known.has(image));
    if (stray !== undefined) throw damaged(`task ${id} labels picture ${stray}, which is not in it`);
    const together = new Set(labelled.map((image) => known.get(image)?.files.length ?? 0).filter(Boolean));
    if (together.size > 1) throw damaged(`task ${id} sees single pictures and pairs`);
  }
}

const kinds: readonly SessionTask['kind'][] = ['mask', 'keypoints', 'map', 'density', 'tags'];

function readImage(value: unknown, place: number): ImageEntry {
  const where = `images[${place}]`;
  const image = objectOf(value, where);
  return {
    id: textOf(image['id'], `${where}.id`),
    name: textOf(image['name'], `${where}.name`),
    files: textsOf(image['files'], `${where}.files`),
    width: image['width'] as number,
    height: image['height'] as number,
  };
}

function readTask(value: unknown, place: number): TaskEntry {
  const where = `tasks[${place}]`;
  const task = objectOf(value, where);
  const { overlap = false, adapter } = task as { overlap?: unknown; adapter?: unknown };
  if (typeof overlap !== 'boolean') throw damaged(`its manifest has no ${where}.overlap that can be used`);
  return {
    id: textOf(task['id'], `${where}.id`),
    kind: textOf(task['kind'], `${where}.kind`) as TaskEntry['kind'],
    channels: textsOf(task['channels'], `${where}.channels`),
    overlap,
    labels: listOf(task['labels'], `${where}.labels`).map((label, at) => {
      const there = `${where}.labels[${at}]`;
      const { image, files } = objectOf(label, there);
      return { image: textOf(image, `${there}.image`), files: textsOf(files, `${there}.files`) };
    }),
    adapter: adapter == null ? undefined : textOf(adapter, `${where}.adapter`),
  };
}

function checkIds(all: readonly { id: string }[], what: string): void {
  const strange = all.find(({ id }) => !/^[A-Za-z0-9_-]{1,64}$/.test(id));
  if (strange) throw damaged(`'${strange.id}' cannot be an id`);
  if (new Set(all.map(({ id }) => id)).size !== all.length) throw damaged(`two ${what} have the same id`);
}

function checkChannels(task: string, channels: readonly string[], tags: boolean): void {
  // Tags differ by more than case and space.
  const folded = channels.map((name) => (tags ? name.trim().split(/\s+/).join(' ').toLowerCase() : name));
  const [least, most] = tags ? [0, MOST_TAGS] : [1, MOST_CHANNELS];
  const right = channels.length >= least && channels.length <= most && folded.every(Boolean);
  if (!right || new Set(folded).size !== folded.length) throw damaged(`task ${task} has no channels that can be used`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('its manifest is not JSON', cause);
  }
}

function objectOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw damaged(`its manifest has no ${where} that can be used`);
}

function listOf(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw damaged(`its manifest has no list of ${where}`);
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw damaged(`its manifest has no ${where} that can be used`);
}

function textsOf(value: unknown, where: string): string[] {
  return listOf(value, where).map((text) => textOf(text, where));
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}
