'use client';

// On the server, too.
import { Anolis } from 'anolis';
import { AnolisWidget } from 'anolis/element';
import { useEffect } from 'react';
import { ask, askWidget } from '../ask.js';

export default function Page() {
  useEffect(() => {
    if (!customElements.get('anolis-widget')) customElements.define('anolis-widget', AnolisWidget);
    globalThis.answers ??= ask(Anolis).then(async (answer) => [answer, await askWidget()]);
  }, []);
  return <p>{`${typeof Anolis.load} ${typeof AnolisWidget}`}</p>;
}
