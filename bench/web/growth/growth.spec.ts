import { call, start, test } from '../support/open.js';
import { median, recordCurve } from '../support/results.js';

type Points = [number, number][];
const of = (times: readonly number[]) => median(times) ?? Number.NaN;

test('side length', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  const points: Points = [];
  for (const side of [128, 256, 512, 1024]) {
    const times = [];
    for (let i = 0; i < 5; i += 1) times.push(await call<number>(page, 'anolis', 'encode', i, side));
    points.push([side, of(times)]);
  }
  recordCurve({
    name: 'encode',
    variable: 'side length',
    unit: 'ms',
    points,
    note: 'every picture is seen at 256 pixels; what grows is the resizing',
  });
});

test('tiles', async ({ page }) => {
  const points = (await page.evaluate(async () => {
    const { Anolis } = await import(/* @vite-ignore */ `${location.origin}/anolis/index.js`);
    const anolis = await Anolis.load({ backend: 'cpu', quality: 'fast', threads: 1 });
    const scene = (side: number) => {
      const image = new ImageData(side, side);
      const data = new Uint8Array(side * side);
      for (let i = 0; i < data.length; i += 1) {
        const inside = Math.hypot(((i % side) % 256) - 128, (Math.floor(i / side) % 256) - 128) < 60;
        data[i] = Number(inside);
        image.data.set(inside ? [220, 160, 100, 255] : [i % 91, i % 53, 90, 255], 4 * i);
      }
      return { image, label: { width: side, height: side, data } };
    };
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    const example = scene(256);
    await task.add(example.image, example.label);
    const points = [];
    for (const side of [256, 512, 768, 1024]) {
      const { image } = scene(side);
      const begin = performance.now();
      await task.predictTiles(image, { tile: 256 });
      points.push([side, performance.now() - begin]);
    }
    anolis.dispose();
    return points;
  })) as Points;
  recordCurve({
    name: 'predict in tiles',
    variable: 'side length',
    unit: 'ms',
    points,
    note: '2 is linear in the pixels: a tile costs the same wherever it is',
  });
});

test('shots', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  const [predict, stroke]: Points[] = [[], []];
  for (const shots of [1, 2, 5, 10, 20, 50]) {
    await call(page, 'anolis', 'begin', shots, 1, false);
    await call(page, 'anolis', 'predict');
    const [full, quick]: number[][] = [[], []];
    for (let i = 0; i < 5; i += 1) {
      full?.push(await call(page, 'anolis', 'predict'));
      quick?.push(await call(page, 'anolis', 'stroke'));
      await call(page, 'anolis', 'predict');
    }
    predict?.push([shots, of(full ?? [])]);
    stroke?.push([shots, of(quick ?? [])]);
  }
  recordCurve({
    name: 'predict',
    variable: 'shots',
    unit: 'ms',
    points: predict ?? [],
    note: 'matching sees the tokens of all examples merged to as many as one has',
  });
  recordCurve({
    name: 'stroke',
    variable: 'shots',
    unit: 'ms',
    points: stroke ?? [],
    note: 'the sums take the difference',
  });
});

test('channels', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  const points: Points = [];
  for (const channels of [1, 2, 4, 8, 16, 32]) {
    await call(page, 'anolis', 'begin', 2, channels, false);
    await call(page, 'anolis', 'predict');
    const times = [];
    for (let i = 0; i < 3; i += 1) times.push(await call<number>(page, 'anolis', 'predict'));
    points.push([channels, of(times)]);
  }
  recordCurve({ name: 'predict', variable: 'channels', unit: 'ms', points, note: 'every channel is decoded' });
});

test('pictures in a session', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await call(page, 'anolis', 'begin', 5, 1, false);
  const [add, stroke, heap]: Points[] = [[], [], []];
  let count = 0;
  for (const target of [10, 30, 100, 200, 1000]) {
    const times = await call<number[]>(page, 'anolis', 'grow', target - count);
    count = target;
    const strokes = [];
    for (let i = 0; i < 5; i += 1) strokes.push(await call<number>(page, 'anolis', 'stroke'));
    add?.push([count, of(times.slice(-10))]);
    stroke?.push([count, of(strokes)]);
    heap?.push([count, (await call<{ heap: number }>(page, 'anolis', 'memory')).heap / 1e6]);
  }
  recordCurve({ name: 'add a picture', variable: 'pictures in the session', unit: 'ms', points: add ?? [] });
  recordCurve({ name: 'stroke', variable: 'pictures in the session', unit: 'ms', points: stroke ?? [] });
  recordCurve({
    name: 'wasm heap',
    variable: 'pictures in the session',
    unit: 'MB',
    points: heap ?? [],
    note: 'encodings fill their half of the budget; from then on what stays of a picture that is opened from a file, 25 kB',
  });
});
