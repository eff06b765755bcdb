import { Anolis } from 'anolis';
import { ask } from './ask.js';

globalThis.answer = ask(Anolis);
