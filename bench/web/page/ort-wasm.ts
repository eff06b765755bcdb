import './memory.js';
import * as ort from 'onnxruntime-web/wasm';
import { contender } from './ort-network.js';
import { serve } from './serve.js';

serve(contender(ort as never, 'wasm'));
