import { Anolis } from 'anolis';
import 'anolis/element/define';
import { ask, askWidget } from './ask.js';

globalThis.answers = ask(Anolis).then(async (answer) => [answer, await askWidget()]);
