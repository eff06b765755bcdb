import { Anolis } from 'anolis';
import { ask } from './ask.js';

globalThis.answer = ask(Anolis, { workerUrl: 'anolis/worker.js', assets: 'anolis/assets' });
