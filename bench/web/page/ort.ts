import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { groups } from './groups.js';
import { memory } from './memory.js';
import { layers, picture, planar, question, SIDE, sample } from './scenes.js';
import { type Contender, serve, timed } from './serve.js';

interface Runtime {
  readonly env: { wasm: { numThreads?: number; wasmPaths?: string } };
  readonly InferenceSession: {
    create(url: string, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

type Tensors = Record<string, Tensor>;
const HALF = SIDE / 2;
const TOKENS = (SIDE / 16) ** 2;
/** Of a token's keys and values. */
const WIDTH = 96;

/** The exported network on onnxruntime-web. */
function contender(ort: Runtime, provider: 'wasm' | 'webgpu'): Contender {
  const sessions: Record<string, InferenceSession> = {};
  let inputs: Tensors = {};
  let readout: Tensor;
  const floats = (values: Float32Array, dims: number[]) => new ort.Tensor('float32', values, dims);

  /** What a reader of a prediction needs on the host stays there; tokens are only used by the next graph. */
  const onDevice = { tokens: 'gpu-buffer' } as const;
  async function open(part: string): Promise<void> {
    const outputs = provider === 'webgpu' && part === 'encoder' ? { preferredOutputLocation: onDevice } : {};
    sessions[part] = await ort.InferenceSession.create(`${self.location.origin}/models/${part}.onnx`, {
      executionProviders: [provider],
      ...outputs,
    });
  }
  const run = (part: string, feeds: Tensors) => (sessions[part] as InferenceSession).run(feeds) as Promise<Tensors>;
  const encode = (rgb: Float32Array) => run('encoder', { rgb: floats(rgb, [1, 3, SIDE, SIDE]) });
  const pick = (from: Tensors, names: string[]) =>
    Object.fromEntries(names.map((name) => [name, from[name] as Tensor]));
  const free = (tensors: Tensors) => {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  };

  /** What matching needs of an example, and its trunk features `[token, channel]` at stride 16. */
  async function support(number: number, channels: number): Promise<[Tensors, Float32Array]> {
    const encoded = await encode(planar(picture(number)));
    const label = floats(Float32Array.from(layers(number, channels)), [channels, 1, SIDE, SIDE]);
    const found = await run('support', { ...pick(encoded, ['tokens']), label });
    const look = transposed((await (encoded.s16 as Tensor).getData()) as Float32Array, TOKENS);
    free(encoded);
    return [found, look];
  }

  /** The supports of all examples, their tokens merged to as many as one has, as anolis does it. */
  async function merge(examples: [Tensors, Float32Array][], channels: number): Promise<Tensors> {
    const count = examples.length;
    const looks = Float32Array.from(examples.flatMap(([, look]) => [...look]));
    const order = groups(looks, looks.length / count / TOKENS, count);
    const all: Tensors = {};
    for (const name of Object.keys(examples[0]?.[0] ?? {})) {
      const parts = await Promise.all(
        examples.map(([example]) => (example[name] as Tensor).getData() as Promise<Float32Array>),
      );
      const rows = name.startsWith('keys') ? 1 : channels;
      const merged = new Float32Array(rows * TOKENS * WIDTH);
      for (let row = 0; row < rows; row += 1) {
        order.forEach((token, place) => {
          const from = (row * TOKENS + (token % TOKENS)) * WIDTH;
          const to = (row * TOKENS + Math.floor(place / count)) * WIDTH;
          const part = parts[Math.floor(token / TOKENS)] as Float32Array;
          for (let i = 0; i < WIDTH; i += 1)
            merged[to + i] = (merged[to + i] as number) + (part[from + i] as number) / count;
        });
      }
      all[name] = floats(merged, [rows, TOKENS, WIDTH]);
    }
    return all;
  }

  async function begin(shots: number, channels: number, logits?: Float32Array): Promise<void> {
    const examples: [Tensors, Float32Array][] = [];
    for (let i = 0; i < shots; i += 1) examples.push(await support(i, channels));
    const encoded = await encode(planar(picture(100)));
    readout = floats(logits ?? new Float32Array(channels * HALF * HALF), [channels, 1, HALF, HALF]);
    inputs = { ...(await merge(examples, channels)), ...pick(encoded, ['s2', 's4', 's8', 'tokens']), readout };
  }

  async function predict(): Promise<Float32Array> {
    const { logits } = await run('predictor', inputs);
    return (logits as Tensor).getData() as Promise<Float32Array>;
  }

  return {
    memory,
    async load(threads: number, parts: string[]) {
      ort.env.wasm.numThreads = threads;
      for (const part of parts) await open(part);
    },
    async question() {
      const encoded = await encode(question());
      const answer = sample((await (encoded.tokens as Tensor).getData()) as Float32Array);
      free(encoded);
      return answer;
    },
    async encode(number: number) {
      const rgba = picture(number);
      let encoded: Tensors = {};
      const took = await timed(async () => {
        encoded = await encode(planar(rgba));
      });
      free(encoded);
      return took;
    },
    begin,
    predict: () => timed(predict),
    async predictNew(number: number) {
      const rgba = picture(number);
      const before = inputs;
      let encoded: Tensors = {};
      const took = await timed(async () => {
        encoded = await encode(planar(rgba));
        inputs = { ...before, ...pick(encoded, ['s2', 's4', 's8', 'tokens']) };
        await predict();
      });
      inputs = before;
      free(encoded);
      return took;
    },
    answer: predict,
    /** One example, one channel, one prediction. */
    async first() {
      await begin(1, 1);
      await predict();
    },
  } as Contender;
}

/** `[channel, count]` as `[count, channel]`. */
function transposed(values: Float32Array, count: number): Float32Array {
  const channels = values.length / count;
  return Float32Array.from(values, (_, i) => values[(i % channels) * count + Math.floor(i / channels)] as number);
}

// Not bundled: its threads start from its own files.
const provider = self.name === 'webgpu' ? 'webgpu' : 'wasm';
const files = `${self.location.origin}/ort/`;
const runtime = import(/* @vite-ignore */ `${files}ort.${provider}.min.mjs`) as Promise<Runtime>;
serve(
  runtime.then((ort) => {
    ort.env.wasm.wasmPaths = files;
    return contender(ort, provider);
  }),
);
