import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Backend, Progress } from '../anolis/public/index.js';
import { icons, mark } from './icons.js';
import { messages } from './messages.js';
import { shared } from './styles.js';

/** Name, tagline, and how the network is doing. */
@customElement('anolis-header')
export class Header extends LitElement {
  @property({ attribute: false }) backend: Backend | undefined;
  @property({ attribute: false }) progress: Progress | undefined;
  @property({ attribute: false }) milliseconds: number | undefined;
  @property({ type: Boolean }) failed = false;
  @property({ type: Boolean }) gpuReady = false;
  /** Whether there is anything to export. */
  @property({ type: Boolean }) exports = false;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        border-bottom: 1px solid var(--line);
        background: var(--panel);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 10px;
        height: 52px;
        padding: 0 16px;
      }
      .mark {
        width: 24px;
        height: 24px;
        color: var(--accent);
      }
      h1 {
        font-size: 1.15rem;
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-left: auto;
        white-space: nowrap;
        font-size: 0.87rem;
        font-variant-numeric: tabular-nums;
        color: var(--soft);
      }
      .state b {
        font-weight: 600;
        color: var(--text);
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--accent);
      }
      .failed .dot {
        background: var(--danger);
      }
      .loading .dot {
        background: var(--soft);
      }
      .track {
        position: absolute;
        inset: auto 0 -1px;
        height: 2px;
      }
      .fill {
        height: 100%;
        background: var(--accent);
        transform-origin: left;
      }
      @media (max-width: 560px) {
        .bar {
          gap: 6px;
        }
        .tagline {
          display: none;
        }
      }
      @media (max-width: 420px) {
        .time {
          display: none;
        }
      }
    `,
  ];

  override render() {
    return html`
      <header class="bar">
        ${mark}
        <h1>${messages.name}</h1>
        <p class="tagline soft">${messages.tagline}</p>
        ${this.gpuReady ? html`<button @click=${this.#switch}>${messages.switchToGpu}</button>` : nothing}
        ${this.#state()}
        ${
          this.exports
            ? html`<button class="icon plain" aria-label=${messages.exchange.title} title=${messages.exchange.title} @click=${this.#export}>${icons.save}</button>`
            : nothing
        }
        <button class="icon plain" aria-label=${messages.help.title} title="${messages.help.title} (?)" @click=${this.#help}>${icons.help}</button>
        <button class="icon plain" aria-label=${messages.session.all} title=${messages.session.all} @click=${this.#sessions}>${icons.folder}</button>
      </header>
      ${this.#track()}
    `;
  }

  #state() {
    if (this.failed) {
      return html`<div class="state failed">
        <span class="dot"></span>${messages.failed}
        <button @click=${this.#retry}>${messages.retry}</button>
      </div>`;
    }
    if (!this.backend) {
      const percent = Math.floor((this.progress?.fraction ?? 0) * 100);
      return html`<div class="state loading"><span class="dot"></span>${messages.loading(percent)}</div>`;
    }
    const time = this.milliseconds === undefined ? '' : ` · ${messages.milliseconds(this.milliseconds)}`;
    return html`<div class="state" data-testid="backend">
      <span class="dot"></span><span><b>${messages.backend[this.backend]}</b><span class="time">${time}</span></span>
    </div>`;
  }

  #track() {
    if (this.backend || this.failed) return nothing;
    const { fraction = 0, phase = 'runtime' } = this.progress ?? {};
    return html`<div
      class="track"
      role="progressbar"
      aria-label=${messages.phases[phase]}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.floor(fraction * 100)}
    >
      <div class="fill" .style=${`transform: scaleX(${fraction})`}></div>
    </div>`;
  }

  #export = () => this.dispatchEvent(new Event('export'));
  #sessions = () => this.dispatchEvent(new Event('sessions'));
  #help = () => this.dispatchEvent(new Event('help'));
  #retry = () => this.dispatchEvent(new Event('retry'));
  #switch = () => this.dispatchEvent(new Event('switch-to-gpu'));
}
