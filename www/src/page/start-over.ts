import { css, html, LitElement } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { shared } from './styles.js';

/** Asks before everything is thrown away; fires `confirm`. */
@customElement('anolis-start-over')
export class StartOver extends LitElement {
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    css`
      dialog {
        max-width: min(360px, calc(100vw - 32px));
        padding: 20px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--panel);
        color: var(--text);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      div {
        display: flex;
        justify-content: end;
        gap: 8px;
        margin-top: 16px;
      }
    `,
  ];

  ask(): void {
    this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-label=${messages.startOver}>
      <p>${messages.startOverQuestion}</p>
      <div>
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
