import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import './gallery.js';
import './open-button.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { shared } from './styles.js';

const pictograms = [icons.pictures, icons.brush, icons.eye];

/** The first run: what to do, and something to do it with. */
@customElement('anolis-welcome')
export class Welcome extends LitElement {
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
        gap: 10px;
        text-align: center;
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
      }
    `,
  ];

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
        <anolis-open-button primary label=${messages.open}></anolis-open-button>
        <p class="soft">${messages.openHint}. ${messages.privacy}</p>
      </div>
      <anolis-gallery></anolis-gallery>
    `;
  }
}
