import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { decodeIds } from './png.js';
import './library.js';

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
      const { width, height, data } = decodeIds(readFileSync(`${folder}${name}/labels/${id}.png`));
      return { image: readFileSync(picture(name, id)).toString('base64'), label: { width, height, data: [...data] } };
    };
    const [split] = task.splits;
    const query = split.query.slice(0, 6);
    return [{ name, channels: task.channels, support: split.support[shots].map(read), query: query.map(read) }];
  });
}

/** Probabilities of the query pictures, one after the other. */
async function answers(page: Page, backend: string, { channels, support, query }: TaskFolder): Promise<number[][]> {
  return page.evaluate(
    async ([asked, names, examples, queries]) => {
      const blob = async (base64: string) => (await fetch(`data:image/*;base64,${base64}`)).blob();
      const anolis = await library.Anolis.load({ backend: asked as 'cpu' | 'webgpu' });
      if (anolis.backend !== asked) throw new Error(`runs on ${anolis.backend}`);
      const learnt = await anolis.task({ kind: 'mask', channels: names });
      for (const { image, label } of examples) {
        await learnt.add(await blob(image), { ...label, data: Uint8Array.from(label.data) });
      }
      const found: number[][] = [];
      for (const image of queries) {
        const prediction = await learnt.predict(await blob(image));
        found.push(names.flatMap((_, channel) => [...prediction.probability(channel)]));
      }
      anolis.dispose();
      return found;
    },
    [backend, channels, support, query.map(({ image }) => image)] as const,
  );
}

/** Mean intersection over union over the query pictures of a task with one class. */
function overlap(found: number[][], { query }: TaskFolder): number {
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

/** How well a backend solves a task with one class. */
export async function score(page: Page, backend: string, task: TaskFolder): Promise<number> {
  return overlap(await answers(page, backend, task), task);
}

/** How well both backends solve a task with one class, and by how much their probabilities differ at most. */
export async function compare(page: Page, task: TaskFolder) {
  const [cpu, webgpu] = [await answers(page, 'cpu', task), await answers(page, 'webgpu', task)];
  const differences = cpu.flatMap((map, at) => map.map((value, pixel) => Math.abs(value - (webgpu[at]?.[pixel] ?? 9))));
  const worst = differences.reduce((most, value) => Math.max(most, value), 0);
  return { cpu: overlap(cpu, task), webgpu: overlap(webgpu, task), worst };
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
