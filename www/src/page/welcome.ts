import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import './camera-button.js';
import './gallery.js';
import './open-button.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { type Kind, kindNames } from './model/kinds.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

const pictograms = [icons.pictures, icons.brush, icons.eye];

/** The first run: what to do, and something to do it with. */
@customElement('anolis-welcome')
export class Welcome extends LitElement {
  @property({ attribute: false }) session!: Session;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 32px;
        height: 100%;
        /* From the top: samples that arrive late move nothing. */
        align-content: start;
        justify-items: center;
        padding: clamp(24px, 7vh, 64px) 16px 24px;
        overflow-y: auto;
      }
      ol {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 20px;
        width: min(100%, 780px);
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 2px 12px;
        align-items: center;
      }
      .pictogram {
        grid-row: span 2;
        display: grid;
        place-items: center;
        width: 40px;
        height: 40px;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
      }
      h2 {
        align-self: end;
        line-height: 1.25;
      }
      li p {
        align-self: start;
        font-size: 0.9rem;
        line-height: 1.3;
      }
      .start {
        display: grid;
        justify-items: center;
        gap: 14px;
        text-align: center;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
        align-items: center;
        justify-content: center;
      }
      .kinds {
        display: grid;
        grid-template-columns: repeat(5, 1fr);
        gap: 8px;
        width: min(100%, 840px);
      }
      .kinds button {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 10px;
        min-height: 52px;
        padding: 6px 12px;
        text-align: left;
        white-space: normal;
        line-height: 1.2;
      }
      .kinds svg {
        grid-row: span 2;
        width: 22px;
        height: 22px;
      }
      .kinds b {
        align-self: end;
        font-weight: 600;
      }
      .kinds span {
        align-self: start;
        font-size: 0.8rem;
      }
      anolis-gallery {
        width: min(100%, 860px);
      }
      @media (max-width: 720px) {
        :host {
          gap: 28px;
          height: auto;
        }
        ol {
          grid-template-columns: 1fr;
          width: min(100%, 320px);
        }
        .kinds {
          grid-template-columns: repeat(2, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    return html`
      <ol>
        ${messages.steps.map(
          ({ title, text }, place) => html`<li>
            <span class="pictogram">${pictograms[place]}</span>
            <h2>${place + 1}. ${title}</h2>
            <p class="soft">${text}</p>
          </li>`,
        )}
      </ol>
      <div class="start">
        <div class="kinds" role="group" aria-label=${messages.kind}>${kindNames.map((kind) => this.#kind(kind))}</div>
        <div class="ways">
          <anolis-open-button primary videos label=${messages.open}></anolis-open-button>
          <anolis-camera-button></anolis-camera-button>
        </div>
        <p class="soft">${messages.openHint}. ${messages.privacy}</p>
      </div>
      <anolis-gallery></anolis-gallery>
    `;
  }

  #kind(kind: Kind) {
    const { session } = this;
    return html`<button aria-pressed=${session.kind === kind} @click=${() => session.setKind(kind)}>
      ${icons[kind]}<b>${messages.kinds[kind]}</b><span class="soft">${messages.kindHints[kind]}</span>
    </button>`;
  }
}
