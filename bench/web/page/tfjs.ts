import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { memory } from './memory.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { interleaved, picture, question, SIDE, sample } from './scenes.js';
import { serve, timed } from './serve.js';
import { Trainer } from './tfjs-training.js';

let model: GraphModel;
let trainer: Trainer;

/** Reads everything back, as a prediction needs it on the host. */
async function encode(rgb: Float32Array): Promise<Record<string, Float32Array>> {
  const input = tf.tensor4d(rgb, [1, SIDE, SIDE, 3]);
  const found = model.predict(input) as tf.Tensor[];
  const names = model.outputNodes.map((name) => name.replace(':0', ''));
  const read = await Promise.all(found.map(async (tensor, i) => [names[i] ?? '', await tensor.data()] as const));
  input.dispose();
  tf.dispose(found);
  return Object.fromEntries(read) as Record<string, Float32Array>;
}

serve({
  memory,
  async load(backend: 'wasm' | 'cpu' | 'webgpu' | 'webgl', threads: number) {
    setWasmPaths(`${self.location.origin}/tfjs/`);
    if (threads) setThreadsCount(threads);
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    await tf.ready();
    model = await loadGraphModel(`${self.location.origin}/models/tfjs/model.json`);
  },
  async question() {
    const rgb = question();
    const pixels = Float32Array.from(rgb, (_, i) => rgb[(i % 3) * SIDE * SIDE + Math.floor(i / 3)] as number);
    return sample((await encode(pixels))['tokens'] as Float32Array);
  },
  async encode(number: number) {
    const rgba = picture(number);
    return timed(() => encode(interleaved(rgba)));
  },
  prepareTraining() {
    trainer = new Trainer(model);
  },
  step: () => timed(() => trainer.step()),
});
