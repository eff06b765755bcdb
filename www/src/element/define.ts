import { AnolisWidget } from './widget.js';

if (!customElements.get('anolis-widget')) customElements.define('anolis-widget', AnolisWidget);

export { AnolisWidget };
