import { Anolis } from 'anolis';
// A server renders pages that have the widget.
import 'anolis/element/define';
import { ask } from './ask.js';

console.log(JSON.stringify(await ask(Anolis)));
