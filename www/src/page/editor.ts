import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './canvas.js';
import './channels.js';
import './settings.js';
import './toolbar.js';
import type { Canvas } from './canvas.js';
import { hintsWanted } from './hint-kept.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Adaptation } from './model/adaptation.js';
import { totalOf } from './model/overlay.js';
import type { Session } from './model/session.js';
import { Viewport } from './model/viewport.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** One picture to paint on, with everything needed for it. */
@customElement('anolis-editor')
export class Editor extends LitElement {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) adaptation!: Adaptation;
  /** Whether the network is there. */
  @property({ type: Boolean }) ready = false;

  @state() private hints = hintsWanted();
  readonly #viewport = new Viewport();

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        grid-auto-rows: auto;
        gap: var(--gap);
        min-width: 0;
        min-height: 0;
        padding: var(--gap);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 16px;
        align-items: center;
        justify-content: space-between;
      }
      .sides {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: minmax(0, 1fr);
        gap: 4px;
        min-height: 0;
      }
      .turn {
        display: flex;
        gap: 2px;
        align-items: center;
        font-size: 0.87rem;
        font-variant-numeric: tabular-nums;
      }
      /* The picture keeps its size when the first count arrives. */
      .turn b {
        min-width: 10ch;
        text-align: center;
      }
      /* Nor does it change when what is fetched later arrives. */
      anolis-hint:not(:defined) {
        min-height: 36px;
      }
      anolis-adapt:not(:defined) {
        min-height: 32px;
      }
      @media (max-width: 900px) {
        :host {
          grid-template-rows: auto min(100vw - 24px, 40dvh);
        }
      }
      @media (max-width: 560px) {
        [role='toolbar'] {
          display: grid;
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { session } = this;
    // Fetched once it is of use.
    void (session.kind === 'tags' ? import('./tags.js') : import('./adapt.js'));
    if (this.hints) void import('./hint.js');
    return html`
      <div class="row" role="toolbar" aria-label=${messages.tools}>
        <div class="sideways"><anolis-toolbar .session=${session}></anolis-toolbar></div>
        <div class="sideways"><anolis-channels .session=${session}></anolis-channels></div>
      </div>
      <div class="sides" @look=${this.#look}>
        <anolis-canvas .session=${session} .viewport=${this.#viewport} layers=${session.beside ? 'label' : 'both'}></anolis-canvas>
        ${session.beside ? html`<anolis-canvas .session=${session} .viewport=${this.#viewport} layers="prediction" readonly></anolis-canvas>` : nothing}
      </div>
      ${this.hints ? html`<anolis-hint .session=${session} @done=${this.#unhint}></anolis-hint>` : nothing}
      <div class="row">
        <anolis-settings .session=${session}></anolis-settings>
        ${this.#turn()}
      </div>
      ${session.kind === 'tags' ? html`<anolis-tags .session=${session}></anolis-tags>` : nothing}
      <anolis-adapt .session=${session} .adaptation=${this.adaptation} ?ready=${this.ready}></anolis-adapt>
    `;
  }

  #turn() {
    const { session } = this;
    const { ordered: pictures, selected } = session;
    const place = selected ? pictures.indexOf(selected) : 0;
    const count = selected?.prediction?.kind === 'density' ? totalOf(selected.prediction) : undefined;
    return html`<div class="turn">
      <button class="small" data-testid="suggest" title="${messages.suggestHelp} (N)" aria-keyshortcuts="N" ?disabled=${!this.ready} @click=${this.#suggest}>
        ${messages.suggest}
      </button>
      <button class="icon plain" aria-label=${messages.previous} ?disabled=${place <= 0} @click=${() => session.step(-1)}>${icons.left}</button>
      <span>${messages.picture(place + 1, pictures.length)}</span>
      ${session.kind === 'density' ? html`<b data-testid="count-here">${count === undefined ? '' : messages.counted(Math.round(count))}</b>` : nothing}
      <button class="icon plain" aria-label=${messages.next} ?disabled=${place >= pictures.length - 1} @click=${() => session.step(1)}>
        ${icons.right}
      </button>
      <button class="icon plain" aria-label=${messages.remove} title=${messages.remove} @click=${() => selected && session.remove(selected)}>
        ${icons.bin}
      </button>
    </div>`;
  }

  /** Brings the picture into view and gives it the keyboard. */
  async begin(): Promise<void> {
    await this.updateComplete;
    const canvas = this.renderRoot.querySelector<Canvas>('anolis-canvas');
    canvas?.scrollIntoView({ block: 'nearest' });
    canvas?.focus();
  }

  // Both sides look at the same place.
  #look = () => {
    for (const canvas of this.renderRoot.querySelectorAll<Canvas>('anolis-canvas')) canvas.look();
  };

  #unhint = () => {
    this.hints = false;
    this.renderRoot.querySelector<Canvas>('anolis-canvas')?.focus();
  };

  #suggest = () => this.dispatchEvent(new Event('suggest'));
}
