import { Anolis } from 'anolis';
import { AnolisWidget } from 'anolis/element/define';
import { ask, askWidget } from './ask.js';

const copied = { workerUrl: 'anolis/worker.js', assets: 'anolis/assets' };
Object.assign(AnolisWidget, copied);

globalThis.answers = ask(Anolis, copied).then(async (answer) => [answer, await askWidget()]);
