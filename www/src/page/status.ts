import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { type Locale, locales } from './locale.js';
import { messages } from './messages.js';
import { shared } from './styles.js';

/** One line for what happened, and a list of what went wrong, read out by screen readers. */
@customElement('anolis-status')
export class Status extends LitElement {
  @property() text = '';
  @property({ attribute: false }) problems: readonly string[] = [];

  /** The language that is spoken, where others may be chosen. */
  @property() locale: Locale | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        border-top: 1px solid var(--line);
        background: var(--panel);
        font-size: 0.85rem;
      }
      .line {
        display: flex;
        gap: 16px;
        align-items: center;
        height: var(--small);
        padding: 0 16px;
        overflow: hidden;
        white-space: nowrap;
      }
      select {
        min-height: var(--small);
        border-color: transparent;
        background: none;
      }
      [role='status'] {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      ul {
        position: absolute;
        z-index: 5;
        inset: auto 12px 40px;
        display: grid;
        gap: 6px;
        width: min(520px, calc(100% - 24px));
        max-height: 40vh;
        overflow-y: auto;
      }
      li {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 4px 4px 4px 12px;
        border: 1px solid var(--danger);
        border-radius: 8px;
        background: var(--danger-soft);
        overflow-wrap: anywhere;
      }
      li span {
        flex: 1;
      }
      @media (max-width: 900px) {
        .keys {
          display: none;
        }
      }
    `,
  ];

  override render() {
    return html`
      <div role="alert">
        ${
          this.problems.length === 0
            ? nothing
            : html`<ul data-testid="problems">
              ${this.problems.map((problem) => html`<li><span>${problem}</span>${this.#dismiss(problem)}</li>`)}
            </ul>`
        }
      </div>
      <div class="line">
        <div role="status" data-testid="status">${this.text}</div>
        <div class="keys soft">${messages.keys}</div>
        ${this.locale ? this.#languages() : nothing}
      </div>
    `;
  }

  #languages() {
    return html`<select aria-label=${messages.language} data-testid="locale" @change=${this.#speak}>
          ${Object.entries(locales).map(([name, title]) => html`<option value=${name} ?selected=${name === this.locale}>${title}</option>`)}
        </select>`;
  }

  #speak = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    this.dispatchEvent(new CustomEvent('locale', { detail: value }));
  };

  #dismiss(problem: string) {
    const dismiss = () => {
      this.problems = this.problems.filter((other) => other !== problem);
      this.dispatchEvent(new CustomEvent('dismiss', { detail: problem }));
    };
    return html`<button class="icon plain" aria-label=${messages.dismiss} @click=${dismiss}>${icons.close}</button>`;
  }
}
