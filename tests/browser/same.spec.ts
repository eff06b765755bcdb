import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import { decodePng } from './support/png.js';

/** Set by `cargo xtask eval --browser`: the tasks, and what was predicted natively. */
const [data, predictions] = [process.env['ANOLIS_EVAL_DATA'], process.env['ANOLIS_EVAL_OUT']];
/** Pictures a run is asked about. */
const QUERIES = 12;

interface TaskFile {
  readonly name: string;
  readonly kind: 'mask' | 'map' | 'keypoints' | 'points';
  readonly channels: string[];
  readonly splits: { seed: number; support: Record<string, string[]>; query: string[] }[];
  readonly zero_is_unknown?: boolean;
}

interface Points {
  readonly points: number[][];
  readonly count?: number;
}

/** A task as the page gets it: pictures by address, labels as numbers. */
interface Run {
  readonly kind: TaskFile['kind'];
  readonly channels: string[];
  readonly support: { picture: string; width: number; height: number; values: number[]; points: number[][] }[];
  readonly query: string[];
}

function folders(): string[] {
  if (!data) return [];
  if (existsSync(`${data}/task.json`)) return [data];
  return readdirSync(data)
    .map((name) => `${data}/${name}`)
    .filter((folder) => existsSync(`${folder}/task.json`));
}

/** Native predictions in a folder `TASK-SHOTS-SEED`: those of the untuned network, and the pictures as they were decoded. */
function runs(folder: string): { task: TaskFile; shots: string; seed: number; found: string }[] {
  const task: TaskFile = JSON.parse(readFileSync(`${folder}/task.json`, 'utf8'));
  return task.splits.flatMap(({ seed, support }) =>
    Object.keys(support)
      .map((shots) => ({ task, shots, seed, found: `${predictions}/${task.name}-${shots}-${seed}` }))
      .filter(({ found }) => existsSync(`${found}/untuned`)),
  );
}

function points(file: string): Points {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function read(folder: string, task: TaskFile, shots: string, seed: number): Run {
  const split = task.splits.find((candidate) => candidate.seed === seed);
  const example = (id: string) => {
    const picture = `/eval/pictures/${id}.png`;
    if (task.kind === 'mask' || task.kind === 'map') {
      const { width, height, data: values } = decodePng(readFileSync(`${folder}/labels/${id}.png`));
      return { picture, width, height, values: [...values], points: [] };
    }
    return { picture, width: 0, height: 0, values: [], points: points(`${folder}/labels/${id}.json`).points };
  };
  return {
    kind: task.kind,
    channels: task.channels,
    support: (split?.support[shots] ?? []).map(example),
    query: (split?.query ?? []).slice(0, QUERIES),
  };
}

for (const folder of folders()) {
  for (const { task, shots, seed, found } of runs(folder)) {
    test(`${task.name}, ${shots} examples, split ${seed}: the browser answers as the native library`, async ({
      page,
      backend,
    }) => {
      test.setTimeout(backend === 'cpu' ? 600_000 : 3_600_000);
      // Two libraries decode a JPEG a level or two apart, so both sides get the same pixels.
      await page.route('**/eval/**', (route) =>
        route.fulfill({ path: found + new URL(route.request().url()).pathname.slice('/eval'.length) }),
      );
      await openLibrary(page);
      const run = read(folder, task, shots, seed);
      const answers = await page.evaluate(
        async ({ kind, channels, support, query, unknown, backend }) => {
          const anolis = await library.Anolis.load({ backend });
          const task = await anolis.task({ kind: kind === 'points' ? 'density' : kind, channels });
          const open = async (address: string) => anolis.image(await (await fetch(address)).blob());
          for (const { picture, width, height, values, points } of support) {
            const image = await open(picture);
            const inside = ([x = -1, y = -1]: number[]) => x >= 0 && y >= 0 && x <= image.width && y <= image.height;
            const map = () => Float32Array.from(values, (v) => (v === 0 && unknown ? Number.NaN : v / 65535));
            if (kind === 'mask') await task.add(image, { width, height, data: Uint8Array.from(values) });
            if (kind === 'map') await task.add(image, { width, height, map: map() });
            if (kind === 'points') {
              await task.add(image, { points: points.filter(inside).map(([x = 0, y = 0]) => [x, y] as const) });
            }
            if (kind === 'keypoints') {
              const seen = points.map((point) => {
                const [x = 0, y = 0, visible = 0] = point;
                return visible > 0 && inside(point) ? ([x, y] as const) : null;
              });
              await task.add(image, { keypoints: seen });
            }
          }
          const found: number[][] = [];
          for (const id of query) {
            const image = await open(`/eval/pictures/${id}.png`);
            const answer = await task.predict(image);
            if (kind === 'mask') found.push([...answer.mask()]);
            if (kind === 'map') found.push([...answer.map()]);
            if (kind === 'points') found.push([answer.count()]);
            if (kind === 'keypoints') found.push(answer.points().flatMap(({ x, y }) => [x, y]));
            await image.dispose();
          }
          anolis.dispose();
          return found;
        },
        { ...run, unknown: task.zero_is_unknown === true, backend },
      );
      const agreement = answers.map((answer, i) => compare(task.kind, answer, `${found}/untuned/${run.query[i]}`));
      const mean = agreement.reduce((sum, value) => sum + value, 0) / agreement.length;
      writeFileSync(`${found}/same-${backend}.json`, JSON.stringify({ pictures: agreement.length, agreement: mean }));
      console.log(`  ${task.name}: ${(100 * mean).toFixed(3)} % alike on ${agreement.length} pictures`);
      expect(mean).toBeGreaterThan(0.9999);
    });
  }
}

/**
 * How much two answers are alike, 0 to 1: pixels of the same class; 1 - mean difference of maps; keypoints within two pixels;
 * the smaller count by the larger one.
 */
function compare(kind: TaskFile['kind'], answer: number[], file: string): number {
  const share = (alike: (value: number, i: number) => number) =>
    answer.reduce((sum, value, i) => sum + alike(value, i), 0) / answer.length;
  if (kind === 'mask') {
    const { data: native } = decodePng(readFileSync(`${file}.png`));
    return share((value, i) => Number(value === native[i]));
  }
  if (kind === 'map') {
    const { data: native } = decodePng(readFileSync(`${file}.png`));
    return 1 - share((value, i) => Math.abs(value - (native[i] ?? 0) / 65535));
  }
  const native = points(`${file}.json`);
  if (kind === 'points') {
    const [one, other] = [answer[0] ?? 0, native.count ?? 0].sort((a, b) => a - b);
    return other ? (one ?? 0) / other : 1;
  }
  const places = native.points.flatMap(([x = 0, y = 0]) => [x, y]);
  return share((value, i) => Number(Math.abs(value - (places[i] ?? 0)) <= 2));
}
