import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type { Anolis, Task } from '../../../www/src/anolis/public/index.js';
import { decodePng } from './png.js';
import './library.js';

declare global {
  /** Put there by {@link learn}. */
  var taught: { anolis: Anolis; task: Task };
}

const folder = fileURLToPath(new URL('../../tasks/', import.meta.url));

interface Example {
  /** Picture as base64. */
  readonly image: string;
  readonly label: { readonly width: number; readonly height: number; readonly data: number[] };
}

/** A task folder, first split. */
export interface TaskFolder {
  readonly name: string;
  readonly channels: string[];
  readonly support: Example[];
  readonly query: Example[];
}

/** Every mask task beside the tests, with `shots` examples. */
export function readTasks(shots: 1 | 5 | 10): TaskFolder[] {
  return names().flatMap((name) => {
    const task = JSON.parse(readFileSync(`${folder}${name}/task.json`, 'utf8'));
    if (task.kind !== 'mask') return [];
    const read = (id: string): Example => {
      const { width, height, data } = decodePng(readFileSync(`${folder}${name}/labels/${id}.png`));
      return { image: readFileSync(picture(name, id)).toString('base64'), label: { width, height, data: [...data] } };
    };
    const [split] = task.splits;
    const query = split.query.slice(0, 6);
    return [{ name, channels: task.channels, support: split.support[shots].map(read), query: query.map(read) }];
  });
}

/** Teaches a backend a task and leaves it in the page for {@link ask} and {@link state}, in the place of the one before. */
export async function learn(
  page: Page,
  backend: 'cpu' | 'webgpu',
  { channels, support }: TaskFolder,
  wanted: 'best' | 'fast' = 'best',
): Promise<void> {
  await page.evaluate(
    async ([asked, quality, names, examples]) => {
      const blob = async (base64: string) => (await fetch(`data:image/*;base64,${base64}`)).blob();
      globalThis.taught?.anolis.dispose();
      const anolis = await library.Anolis.load({ backend: asked, quality });
      const task = await anolis.task({ kind: 'mask', channels: names });
      for (const { image, label } of examples) {
        await task.add(await blob(image), { ...label, data: Uint8Array.from(label.data) });
      }
      globalThis.taught = { anolis, task };
    },
    [backend, wanted, channels, support] as const,
  );
}

/** Probabilities of the query pictures, one after the other. */
export async function ask(page: Page, { channels, query }: TaskFolder): Promise<number[][]> {
  return page.evaluate(
    async ([names, images]) => {
      const found: number[][] = [];
      for (const image of images) {
        const blob = await (await fetch(`data:image/*;base64,${image}`)).blob();
        const prediction = await taught.task.predict(blob);
        found.push(names.flatMap((_, channel) => [...prediction.probability(channel)]));
      }
      return found;
    },
    [channels, query.map(({ image }) => image)] as const,
  );
}

/** Where the task that was learnt runs now, and what was told about it. */
export async function state(page: Page) {
  return page.evaluate(() => {
    const { backend, notices } = taught.anolis;
    return { backend, notices: notices.map(({ code }) => code) };
  });
}

/** Intersection over union over all query pictures of a task with one class. */
export function overlap(found: number[][], { query }: TaskFolder): number {
  let both = 0;
  let either = 0;
  for (const [at, { label }] of query.entries()) {
    for (const [pixel, truth] of label.data.entries()) {
      if (truth === 255) continue;
      const is = (found[at]?.[pixel] ?? 0) > 0.5;
      both += Number(is && truth === 1);
      either += Number(is || truth === 1);
    }
  }
  return both / either;
}

/** By how much two answers differ at most. */
export function difference(one: number[][], other: number[][]): number {
  const all = one.flatMap((map, at) => map.map((value, pixel) => Math.abs(value - (other[at]?.[pixel] ?? 9))));
  return all.reduce((most, value) => Math.max(most, value), 0);
}

function names(): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function picture(name: string, id: string): string {
  const files = readdirSync(`${folder}${name}/images`);
  const file = files.find((candidate) => candidate.replace(/\.\w+$/, '') === id);
  return `${folder}${name}/images/${file}`;
}
