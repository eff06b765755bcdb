import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { messages } from './messages.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** How strongly the overlay shows, and what unpainted pixels mean. */
@customElement('anolis-settings')
export class Settings extends LitElement {
  @property({ attribute: false }) session!: Session;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 20px;
        align-items: center;
        font-size: 0.87rem;
      }
      label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 32px;
      }
      input[type='range'] {
        width: 110px;
      }
      @media (max-width: 560px) {
        :host {
          gap: 6px 12px;
        }
        input[type='range'] {
          width: 80px;
        }
        .name {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      input[type='checkbox'] {
        width: 16px;
        height: 16px;
        margin: 0;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { opacity, unpaintedIsBackground } = this.session;
    return html`
      <label>
        <span class="name">${messages.opacity}</span>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          .value=${String(opacity)}
          @input=${(event: Event) => this.session.set({ opacity: (event.target as HTMLInputElement).valueAsNumber })}
        />
      </label>
      <label title=${messages.unpaintedHelp}>
        <input
          type="checkbox"
          .checked=${unpaintedIsBackground}
          @change=${(event: Event) => this.session.set({ unpaintedIsBackground: (event.target as HTMLInputElement).checked })}
        />
        ${messages.unpainted}
      </label>
    `;
  }
}
