import * as library from '../src/anolis/public/index.js';

// Browser tests drive the library from here; this page is not part of the published one.
Object.assign(globalThis, { library });
document.body.dataset['state'] = 'ready';
