import { Anolis } from '../public/anolis.js';
import { spawnThread } from './spawn.js';

Anolis.spawn = spawnThread;

export * from '../public/index.js';
