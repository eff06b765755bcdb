import { AnolisWidget } from './widget.js';

// On a server there is nothing to define.
if (globalThis.customElements && !customElements.get('anolis-widget'))
  customElements.define('anolis-widget', AnolisWidget);

export { AnolisWidget };
