import { memory } from './memory.js';
import { layers, picture, SIDE } from './scenes.js';
import { serve, timed } from './serve.js';
import { startThreaded } from './threads.js';

interface Answer {
  readonly maps: Float32Array;
}

type Handed = [rgba: Uint8Array[], sizes: Uint32Array];

/** What the benchmark calls of the glue's class; www/src/anolis/internal/engine.ts has all of it. */
interface Engine {
  addShard(file: string, bytes: Uint8Array): void;
  start(): void;
  setRefine(refine: boolean): void;
  selfTest(): Promise<{ cosine: number }>;
  addImage(...pictures: [...Handed, again?: () => Promise<Handed>]): Promise<number>;
  removeImage(image: number): void;
  addTask(kind: string, channels: string[], overlap: boolean, images: number): number;
  removeTask(task: number): void;
  setLayers(task: number, image: number, layers: Uint8Array, width: number, height: number): Promise<void>;
  setClasses(task: number, image: number, ids: Uint8Array, width: number, height: number): Promise<void>;
  predictReadout(task: number, image: number, width: number, height: number): Promise<Answer>;
  predict(task: number, image: number, width: number, height: number): Promise<Answer>;
  addTagTask(names: string[]): number;
  setTags(task: number, image: number, said: Int8Array): Promise<void>;
  predictTags(task: number, image: number): Promise<unknown>;
  adaptBegin(
    task: number,
    level: number,
    steps: number,
    seconds: number,
    seed: number,
    resume: boolean,
  ): Promise<unknown>;
  adaptStep(task: number): Promise<{ heldOut?: number } | undefined>;
}

interface Glue {
  readonly Engine: { create(manifest: string): Promise<Engine> };
}

let engine: Engine;
let task = 0;
let query = 0;
let examples: number[] = [];
let pictures: number[] = [];
let strokes = 0;

const add = (number: number, side = SIDE) => engine.addImage([picture(number, side)], new Uint32Array([side, side]));

async function begin(shots: number, channels: number, refine: boolean): Promise<void> {
  if (task) engine.removeTask(task);
  for (const image of [...examples, query].filter(Boolean)) engine.removeImage(image);
  engine.setRefine(refine);
  const names = Array.from({ length: channels }, (_, i) => `${i}`);
  task = engine.addTask('mask', names, true, 1);
  examples = [];
  for (let i = 0; i < shots; i += 1) {
    const image = await add(i);
    await engine.setLayers(task, image, layers(i, channels), SIDE, SIDE);
    examples.push(image);
  }
  query = await add(100);
}

async function startAlone(at: string): Promise<Glue> {
  const glue = await import(/* @vite-ignore */ `${at}/anolis.js`);
  await glue.default({ module_or_path: `${at}/anolis_bg.wasm` });
  return glue;
}

serve({
  memory,
  /** The runtime and its weights, without a warm-up; only `threads` has several. */
  async load(runtime: 'cpu' | 'relaxed' | 'threads' | 'gpu', threads = 1) {
    const at = `${self.location.origin}/anolis/assets`;
    const glue = await (runtime === 'threads'
      ? startThreaded<Glue>(`${at}/threads`, threads)
      : startAlone(`${at}/${runtime}`));
    const manifest = await (await fetch(`${at}/weights/manifest.json`)).text();
    engine = await glue.Engine.create(manifest);
    for (const { file } of JSON.parse(manifest).shards) {
      engine.addShard(file, new Uint8Array(await (await fetch(`${at}/weights/${file}`)).arrayBuffer()));
    }
    engine.start();
  },
  cosine: async () => (await engine.selfTest()).cosine,
  async encode(number: number, side?: number) {
    const [rgba, size] = [picture(number, side), side ?? SIDE];
    let image = 0;
    const took = await timed(async () => {
      image = await engine.addImage([rgba], new Uint32Array([size, size]));
    });
    engine.removeImage(image);
    return took;
  },
  /** Pictures that stay: the session grows. */
  async grow(count: number) {
    const took = [];
    for (let i = 0; i < count; i += 1) {
      const number = pictures.length + 200;
      const handed = (): Handed => [[picture(number)], new Uint32Array([SIDE, SIDE])];
      const first = handed();
      // As the library adds files: their pixels are handed over again.
      const added = () => engine.addImage(...first, async () => handed());
      took.push(await timed(async () => pictures.push(await added())));
    }
    return took;
  },
  forget() {
    pictures.forEach((image) => {
      engine.removeImage(image);
    });
    pictures = [];
  },
  begin,
  /** With everything known. */
  predict: () => timed(() => engine.predict(task, query, SIDE, SIDE)),
  /** The same on a picture that is new. */
  async predictNew(number: number) {
    const rgba = picture(number);
    let image = 0;
    const took = await timed(async () => {
      image = await engine.addImage([rgba], new Uint32Array([SIDE, SIDE]));
      await engine.predict(task, image, SIDE, SIDE);
    });
    engine.removeImage(image);
    return took;
  },
  /** Probabilities at stride 2, of the read-out or of the whole network. */
  answer: async (quick: boolean) => {
    const half = SIDE / 2;
    const answer = quick
      ? await engine.predictReadout(task, query, half, half)
      : await engine.predict(task, query, half, half);
    return answer.maps;
  },
  /** A brush stroke on the first example, and the read-out's answer for one visible picture. */
  async stroke() {
    strokes += 1;
    const label = layers(0, 1);
    for (let i = 0; i < label.length; i += 1) {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      if (Math.abs(x - ((strokes * 23) % SIDE)) < 6 && y > 30 && y < 110) label[i] = 1;
    }
    return timed(async () => {
      await engine.setLayers(task, examples[0] as number, label, SIDE, SIDE);
      return engine.predictReadout(task, query, SIDE, SIDE);
    });
  },
  /** Starts an adaptation of the trunk's weights. */
  adapt: (steps: number) => engine.adaptBegin(task, 3, steps, Number.POSITIVE_INFINITY, 0, false),
  /** One step; those that also judge a run are not timed. */
  async step() {
    for (;;) {
      let step: { heldOut?: number } | undefined;
      const took = await timed(async () => {
        step = await engine.adaptStep(task);
      });
      if (!step) throw new Error('no step is left');
      if (step.heldOut === undefined) return took;
    }
  },
  async beginTags(count: number, tags: number) {
    const names = Array.from({ length: tags }, (_, i) => `${i}`);
    task = engine.addTagTask(names);
    examples = [];
    for (let i = 0; i < count; i += 1) {
      const image = await add(i);
      await engine.setTags(
        task,
        image,
        Int8Array.from(names, (_, tag) => Number((i + tag) % 3 === 0)),
      );
      examples.push(image);
    }
    await engine.predictTags(task, examples[0] as number);
  },
  /** A click on a tag, everything solved again, and the tags of a picture. */
  async click(tags: number) {
    strokes += 1;
    const [example, said] = [examples[strokes % examples.length] as number, new Int8Array(tags)];
    said[strokes % tags] = 1;
    return timed(async () => {
      await engine.setTags(task, example, said);
      await engine.predictTags(task, example);
    });
  },
});
