import { messages } from '../messages.js';
import { isKind, type Kind } from './kinds.js';
import { type Label, type LabelPoint, storedOf } from './label.js';
import type { Picture } from './picture.js';
import { NO_VALUE } from './raster.js';

/** A set of sample pictures. */
export interface SampleSet {
  readonly id: string;
  readonly title: string;
  readonly credits: string;
  readonly licence: string;
  readonly kind: Kind;
  /** What to label. */
  readonly channels: readonly string[];
  /** Paths relative to samples.json. */
  readonly files: readonly string[];
  /** How many of them come with a label beside them. */
  readonly labelled: number;
  /** Of tags: what the labelled ones have; they have no others. */
  readonly tags?: readonly (readonly string[])[];
}

/** A word of the list in the page's language; lists may have words that the page does not know. */
export function inWords(word: string): string {
  return messages.sampleWords[word] ?? word;
}

const listUrl = new URL('samples/samples.json', document.baseURI);

/** What there is to try; empty when the list cannot be fetched. */
export async function listSamples(): Promise<readonly SampleSet[]> {
  const response = await fetch(listUrl).catch(() => undefined);
  const sets = response?.ok ? ((await response.json()) as { sets: SampleSet[] }).sets : [];
  return sets.filter(({ kind }) => isKind(kind));
}

/** Address of a sample picture. */
export function sampleUrl(file: string): string {
  return new URL(file, listUrl).href;
}

/** The pictures of a set as files. */
export async function fetchSamples({ files }: SampleSet): Promise<File[]> {
  return Promise.all(
    files.map(async (file) => {
      const blob = await (await get(file)).blob();
      return new File([blob], file.split('/').pop() ?? file, { type: blob.type });
    }),
  );
}

/** Gives the first pictures of a set the labels that come with it. */
export async function fetchLabels(set: SampleSet, pictures: readonly Picture[]): Promise<void> {
  const { kind, channels, files, labelled, tags } = set;
  for (const [place, own] of (tags ?? []).entries()) {
    const picture = pictures[place];
    if (picture) picture.labels.tags = { said: channels.map((name) => own.includes(name)) };
  }
  if (kind === 'tags') return;
  const fetched = files.slice(0, labelled).map((file) => fetchLabel(kind, file.replace(/\.\w+$/, '')));
  for (const [place, label] of (await Promise.all(fetched)).entries()) {
    const picture = pictures[place];
    if (picture) picture.labels[kind] = label;
  }
}

async function fetchLabel(kind: Kind, path: string): Promise<Label> {
  if (kind !== 'map') {
    const { points } = (await (await get(`${path}.json`)).json()) as { points: ([number, number] | null)[] };
    const found = points.flatMap((point, place): LabelPoint[] =>
      point ? [{ x: point[0], y: point[1], channel: kind === 'keypoints' ? place : 0 }] : [],
    );
    return { points: found, none: found.length === 0 };
  }
  const { decode } = await import('fast-png');
  const { width, height, data } = decode(await (await get(`${path}.png`)).arrayBuffer());
  // In these files 0 is unknown and values are from 1 to 65535.
  const values = Uint16Array.from(data, (grey) => (grey === 0 ? NO_VALUE : storedOf((grey - 1) / 65534)));
  return { raster: { width, height, data: values }, partial: true };
}

async function get(file: string): Promise<Response> {
  const response = await fetch(sampleUrl(file));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
}
