import { expose } from 'comlink';
import { decode } from './decode.js';
import { serve } from './serve.js';

expose(serve({ fetch: (url) => fetch(url), decode }));
