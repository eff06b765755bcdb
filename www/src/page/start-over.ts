import { css, html, LitElement } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { dialogs, shared } from './styles.js';

/** Asks before everything is thrown away; fires `confirm`. */
@customElement('anolis-start-over')
export class StartOver extends LitElement {
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialogs,
    css`
      dialog {
        max-width: min(360px, calc(100vw - 32px));
      }
    `,
  ];

  async show(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-label=${messages.startOver}>
      <p>${messages.startOverQuestion}</p>
      <div class="actions">
        <button autofocus @click=${() => this.dialog.close()}>${messages.cancel}</button>
        <button @click=${this.#confirm}>${messages.confirm}</button>
      </div>
    </dialog>`;
  }

  #confirm = () => {
    this.dialog.close();
    this.dispatchEvent(new Event('confirm'));
  };
}
