import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import './search.js';
import { download } from './download.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Picture } from './model/picture.js';
import { tagsAsCsv, tagsAsJson } from './model/save-tags.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** Reasons that are shown. */
const MOST_REASONS = 3;

/** The tags of the selected picture: what was said, what is predicted, and why. */
@customElement('anolis-tags')
export class Tags extends LitElement {
  @property({ attribute: false }) session!: Session;
  #watched: Session | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 8px;
        font-size: 0.87rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      .tag {
        position: relative;
        min-height: var(--small);
        overflow: hidden;
        border-radius: 20px;
        border-style: dashed;
      }
      .tag[data-said] {
        border-style: solid;
      }
      .tag[data-said='has'] {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .tag[data-said='has-not'] .name {
        text-decoration: line-through;
      }
      .tag svg {
        width: 14px;
        height: 14px;
      }
      .active {
        box-shadow: 0 0 0 1px var(--soft);
      }
      .bar {
        position: absolute;
        inset: auto auto 0 0;
        height: 3px;
        background: var(--accent);
      }
      .percent {
        font-variant-numeric: tabular-nums;
      }
      kbd {
        font: inherit;
        font-size: 0.75rem;
        color: var(--soft);
      }
      input {
        width: 150px;
        height: var(--small);
        padding: 0 12px;
        border: 1px solid var(--line);
        border-radius: 20px;
        background: var(--panel);
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  // The session is set only after an element whose class was fetched late is connected.
  protected override willUpdate(): void {
    if (this.#watched === this.session) return;
    this.#watched?.removeEventListener('overlay', this.#shown);
    this.#watched = this.session;
    this.#watched.addEventListener('overlay', this.#shown);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watched?.removeEventListener('overlay', this.#shown);
    this.#watched = undefined;
  }

  #shown = () => this.requestUpdate();

  override render() {
    const { session } = this;
    const { channels, selected } = session;
    return html`
      <div class="row" role="group" aria-label=${messages.channel.tags.all}>
        ${channels.map((name, place) => this.#tag(name, place + 1))}
        <input aria-label=${messages.tags.add} placeholder=${messages.tags.add} list="tags" maxlength="60" ?disabled=${!selected} @keydown=${this.#key} @change=${this.#add} />
        <datalist id="tags">${channels.map((name) => html`<option value=${name}></option>`)}</datalist>
      </div>
      ${selected ? this.#why(selected) : nothing}
      <div class="row">
        <button class="small" @click=${() => save(tagsAsCsv(session), 'tags.csv', 'text/csv')}>${messages.tags.saveCsv}</button>
        <button class="small" @click=${() => save(tagsAsJson(session), 'tags.json', 'application/json')}>${messages.tags.saveJson}</button>
      </div>
      <anolis-search .session=${session}></anolis-search>
    `;
  }

  #tag(name: string, channel: number) {
    const { session } = this;
    const { selected } = session;
    const said = selected && session.saidOf(selected, channel);
    const probability = selected?.tags?.[channel - 1]?.probability;
    const percent = Math.round(100 * (probability ?? 0));
    const state = said === undefined ? messages.tags.notSaid : said ? messages.tags.has : messages.tags.hasNot;
    const guess = probability === undefined ? '' : `, ${messages.tags.predicted(percent)}`;
    return html`<button
      class="tag ${session.activeChannel === channel ? 'active' : ''}"
      data-testid="tag"
      data-said=${said === undefined ? nothing : said ? 'has' : 'has-not'}
      aria-label="${name}: ${state}${guess}"
      ?disabled=${!selected}
      @click=${() => session.toggleTag(channel)}
    >
      ${channel < 10 ? html`<kbd>${channel}</kbd>` : nothing}
      ${said === undefined ? nothing : said ? icons.check : icons.close}
      <span class="name">${name}</span>
      ${
        probability === undefined
          ? nothing
          : html`<span class="percent soft">${percent} %</span><span class="bar" style="width: ${percent}%"></span>`
      }
    </button>`;
  }

  #why(selected: Picture) {
    const { activeChannel, channels } = this.session;
    const because = selected.tags?.[activeChannel - 1]?.because ?? [];
    const reasons = because.filter(({ picture, weight }) => weight > 0 && picture !== selected).slice(0, MOST_REASONS);
    if (reasons.length === 0) return nothing;
    return html`<p class="row" data-testid="because">
      <span>${channels[activeChannel - 1]}: ${messages.tags.because}</span>
      ${reasons.map(({ picture }) => html`<button class="small" @click=${() => this.session.select(picture)}>${picture.name}</button>`)}
    </p>`;
  }

  #key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') this.#add(event);
  };

  #add = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const { value } = input;
    input.value = '';
    if (this.session.selected) this.session.addTag(this.session.selected, value);
  };
}

function save(text: string, name: string, type: string): void {
  download(new Blob([text], { type }), name);
}
