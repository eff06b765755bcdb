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

/** Mean intersection over union of the classes over the query pictures. */
export function score(page: Page, backend: string, task: TaskFolder): Promise<number> {
  return page.evaluate(
    async ([asked, { channels, support, query }]) => {
      const blob = async (base64: string) => (await fetch(`data:image/*;base64,${base64}`)).blob();
      const anolis = await library.Anolis.load({ backend: asked as 'cpu' | 'webgpu' });
      const learnt = await anolis.task({ kind: 'mask', channels });
      for (const { image, label } of support) {
        await learnt.add(await blob(image), { ...label, data: Uint8Array.from(label.data) });
      }
      const both = channels.map(() => 0);
      const either = channels.map(() => 0);
      for (const { image, label } of query) {
        const mask = (await learnt.predict(await blob(image))).mask();
        for (const [at, truth] of label.data.entries()) {
          if (truth === 255) continue;
          const id = mask[at] as number;
          if (id > 0) either[id - 1] = (either[id - 1] as number) + 1;
          if (truth > 0 && truth !== id) either[truth - 1] = (either[truth - 1] as number) + 1;
          if (truth > 0 && truth === id) both[id - 1] = (both[id - 1] as number) + 1;
        }
      }
      anolis.dispose();
      return both.reduce((sum, count, at) => sum + count / Math.max(1, either[at] as number), 0) / channels.length;
    },
    [backend, task] as const,
  );
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
