import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import './camera-button.js';
import './open-button.js';
import './tile.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Picture } from './model/picture.js';
import type { Order, Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

const orders: readonly Order[] = ['opened', 'doubt'];

/** All pictures; the place where the rest is seen. */
@customElement('anolis-pictures')
export class Pictures extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** Whether pictures are neither added here nor all removed. */
  @property({ type: Boolean }) fixed = false;
  /** Whether a video or the camera may be opened. */
  @property({ type: Boolean }) videos = false;
  /** Told which pictures are on screen. */
  @property({ attribute: false }) onVisible: (picture: Picture, visible: boolean) => void = () => {};
  #watcher: IntersectionObserver | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        min-width: 0;
        min-height: 0;
        border-left: 1px solid var(--line);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: var(--gap);
      }
      .head p {
        flex: 1;
        white-space: nowrap;
        font-size: 0.87rem;
      }
      [role='listbox'] {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
        gap: var(--gap);
        align-content: start;
        padding: 3px var(--gap) var(--gap);
        overflow-y: auto;
      }
      [role='option'] {
        min-width: 0;
        border-radius: 8px;
        cursor: pointer;
      }
      [aria-selected='true'] {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      [role='option']:focus-visible {
        outline-width: 3px;
      }
      @media (max-width: 900px) {
        :host {
          border-left: 0;
          border-top: 1px solid var(--line);
          grid-template-rows: auto auto;
        }
        [role='listbox'] {
          grid-template-columns: repeat(auto-fill, minmax(96px, 1fr));
          overflow: visible;
        }
      }
      @media (max-width: 420px) {
        h2 {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher?.disconnect();
    this.#watcher = undefined;
  }

  override render() {
    const { pictures, ordered, selected, order } = this.session;
    const labelled = pictures.filter((picture) => this.session.isLabelled(picture)).length;
    return html`
      <div class="head">
        <h2>${messages.pictures}</h2>
        <p class="soft" data-testid="count">${messages.pictureCount(pictures.length, labelled)}</p>
        <select aria-label=${messages.order} title=${messages.order} data-testid="order" @change=${this.#order}>
          ${orders.map((name) => html`<option value=${name} ?selected=${name === order}>${messages.orders[name]}</option>`)}
        </select>
        ${this.session.kind === 'tags' ? this.#filter() : nothing}
        ${this.fixed ? nothing : this.#more()}
      </div>
      <div role="listbox" aria-label=${messages.pictures} aria-orientation="horizontal" @keydown=${this.#key}>
        ${repeat(
          ordered,
          ({ id }) => id,
          (picture, place) => this.#option(picture, place, picture === selected),
        )}
      </div>
    `;
  }

  #filter() {
    const { channels, filter } = this.session;
    const choose = (event: Event) => this.session.set({ filter: (event.target as HTMLSelectElement).selectedIndex });
    return html`<select aria-label=${messages.tags.filter} title=${messages.tags.filter} data-testid="filter" @change=${choose}>
      ${[messages.tags.all, ...channels].map((name, place) => html`<option ?selected=${place === filter}>${name}</option>`)}
    </select>`;
  }

  #more() {
    return html`<anolis-open-button label=${messages.add} ?videos=${this.videos}></anolis-open-button>
      ${this.videos ? html`<anolis-camera-button small></anolis-camera-button>` : nothing}
      <button class="icon plain" aria-label=${messages.startOver} title=${messages.startOver} @click=${() => this.dispatchEvent(new Event('start-over'))}>
        ${icons.restart}
      </button>`;
  }

  #option(picture: Picture, place: number, selected: boolean) {
    const label = [messages.picture(place + 1, this.session.pictures.length), picture.name];
    const labelled = this.session.isLabelled(picture);
    if (labelled) label.push(messages.labelled);
    return html`<div
      role="option"
      data-testid="picture"
      data-id=${picture.id}
      data-labelled=${labelled}
      aria-selected=${selected}
      aria-label=${label.join(', ')}
      tabindex=${selected ? 0 : -1}
      @click=${() => this.session.select(picture)}
    >
      <anolis-tile .session=${this.session} .picture=${picture}></anolis-tile>
    </div>`;
  }

  protected override updated(): void {
    this.#watcher ??= new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries)
        this.onVisible((target as HTMLElement & { picture: Picture }).picture, isIntersecting);
    });
    for (const tile of this.renderRoot.querySelectorAll('anolis-tile')) this.#watcher.observe(tile);
    const selected = this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]');
    if (this.renderRoot.contains(this.shadowRoot?.activeElement ?? null)) selected?.focus();
  }

  #order = (event: Event) => this.session.sort((event.target as HTMLSelectElement).value as Order);

  #key = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowUp: -1,
      ArrowRight: 1,
      ArrowDown: 1,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    this.session.step(step);
    event.preventDefault();
    event.stopPropagation();
  };
}
