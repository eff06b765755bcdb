import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { type View, viewsOf } from './model/kinds.js';
import { nothingHere } from './model/label.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** How predictions show, what unpainted pixels mean, and labels in one press; fires `accept`. */
@customElement('anolis-settings')
export class Settings extends LitElement {
  @property({ attribute: false }) session!: Session;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 12px;
        align-items: center;
        font-size: 0.87rem;
      }
      label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: var(--small);
      }
      input[type='range'] {
        width: 80px;
      }
      input[type='checkbox'] {
        width: 16px;
        height: 16px;
        margin: 0;
      }
      .group {
        display: flex;
        gap: 4px;
      }
      @media (max-width: 560px) {
        .name {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
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
    const { opacity, view, kind, partial, selected } = session;
    const predicted = (selected?.prediction ?? selected?.tags) !== undefined;
    const views = viewsOf(kind, session.channels.length);
    return html`
      <div class="group">
        <button class="small" data-testid="accept" title="${messages.acceptHelp} (A)" ?disabled=${!predicted} @click=${this.#accept}>
          ${icons.check}${messages.accept}
        </button>
        <button class="icon small" aria-label=${messages.nothingHere} title=${messages.nothingHere} ?disabled=${!selected} @click=${this.#nothing}>
          ${icons.empty}
        </button>
        <button class="icon small" aria-label=${messages.clear} title=${messages.clear} ?disabled=${!selected || !session.isLabelled(selected)} @click=${this.#clear}>
          ${icons.bin}
        </button>
      </div>
      ${
        views.length === 0
          ? nothing
          : html`<select aria-label=${messages.view} title="${messages.view} (V)" data-testid="view" @change=${this.#view}>
        ${views.map((name) => html`<option value=${name} ?selected=${name === view}>${messages.views[name]}</option>`)}
      </select>
      <label>
        <span class="name">${messages.opacity}</span>
        <input type="range" aria-label=${messages.opacity} min="0" max="1" step="0.05" .value=${String(opacity)} @input=${this.#opacity} />
      </label>`
      }
      ${
        kind === 'mask'
          ? html`<label title=${messages.unpaintedHelp}>
            <input type="checkbox" .checked=${!partial} @change=${this.#partial} />${messages.unpainted}
          </label>`
          : nothing
      }
      <button class="icon small" aria-label=${messages.beside} aria-pressed=${session.beside} title="${messages.beside} (D)" ?hidden=${kind === 'tags'} @click=${() => session.set({ beside: !session.beside })}>
        ${icons.beside}
      </button>
    `;
  }

  #accept = () => this.dispatchEvent(new Event('accept', { bubbles: true, composed: true }));
  #nothing = () => {
    const { selected, kind, channels } = this.session;
    if (!selected) return;
    const { width, height } = selected;
    this.session.setLabel(selected, nothingHere(kind, { width, height, channels: channels.length }));
  };
  #clear = () => this.session.selected && this.session.setLabel(this.session.selected, undefined);
  #view = (event: Event) => this.session.set({ view: (event.target as HTMLSelectElement).value as View });
  #opacity = (event: Event) => this.session.set({ opacity: (event.target as HTMLInputElement).valueAsNumber });
  #partial = (event: Event) => this.session.setPartial(!(event.target as HTMLInputElement).checked);
}
