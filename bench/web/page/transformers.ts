import { AutoModel, env, type PreTrainedModel, Tensor } from '@huggingface/transformers';
import { memory } from './memory.js';
import { picture, planar, question, SIDE, sample } from './scenes.js';
import { serve, timed } from './serve.js';

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = '/models/';
env.useBrowserCache = false;

let model: PreTrainedModel;
const encode = (rgb: Float32Array) => model({ rgb: new Tensor('float32', rgb, [1, 3, SIDE, SIDE]) });

serve({
  memory,
  async load(device: 'wasm' | 'webgpu', threads: number) {
    const wasm = env.backends.onnx.wasm as { numThreads: number; wasmPaths?: string };
    wasm.numThreads = threads;
    wasm.wasmPaths = `${self.location.origin}/transformers/`;
    model = await AutoModel.from_pretrained('encoder', { device, dtype: 'fp32' });
  },
  question: async () => sample((await encode(question())).tokens.data),
  async encode(number: number) {
    const rgba = picture(number);
    return timed(() => encode(planar(rgba)));
  },
});
