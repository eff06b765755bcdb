import { css, html, LitElement } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { dialogs, shared } from './styles.js';

/** Says that another tab works on the session; fires `take-over` or `begin`. */
@customElement('anolis-elsewhere')
export class Elsewhere extends LitElement {
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialogs,
    css`
      dialog {
        max-width: min(400px, calc(100vw - 32px));
      }
      p {
        margin-top: 8px;
      }
    `,
  ];

  async show(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="title" @cancel=${(event: Event) => event.preventDefault()}>
      <h2 id="title">${messages.session.elsewhere}</h2>
      <p>${messages.session.elsewhereText}</p>
      <div class="actions">
        <button @click=${() => this.#answer('begin')}>${messages.session.begin}</button>
        <button autofocus @click=${() => this.#answer('take-over')}>${messages.session.takeOver}</button>
      </div>
    </dialog>`;
  }

  #answer(type: 'begin' | 'take-over'): void {
    this.dialog.close();
    this.dispatchEvent(new Event(type));
  }
}
