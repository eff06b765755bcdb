import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Session } from './model/session.js';

type Host = ReactiveControllerHost & { readonly session: Session };

/** Renders a component again whenever its session changes. */
export class Observe implements ReactiveController {
  #session: Session | undefined;

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostConnected(): void {
    this.hostUpdate();
  }

  // The property is set after the element is connected, so it is looked at before each update.
  hostUpdate(): void {
    if (this.host.session === this.#session) return;
    this.hostDisconnected();
    this.#session = this.host.session;
    this.#session?.addEventListener('change', this.#update);
  }

  hostDisconnected(): void {
    this.#session?.removeEventListener('change', this.#update);
    this.#session = undefined;
  }

  #update = (): void => this.host.requestUpdate();
}
