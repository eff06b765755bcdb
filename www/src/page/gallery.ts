import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { inWords, listSamples, type SampleSet, sampleUrl } from './model/samples.js';
import { shared } from './styles.js';

/** A set of samples was chosen. */
export class SampleEvent extends Event {
  constructor(readonly set: SampleSet) {
    super('sample', { bubbles: true, composed: true });
  }
}

/** Sets of pictures to try; fires {@link SampleEvent}. */
@customElement('anolis-gallery')
export class Gallery extends LitElement {
  @state() private sets: readonly SampleSet[] | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 12px;
        min-height: 232px;
        align-content: start;
      }
      h2 {
        font-size: 0.95rem;
        text-align: center;
        font-weight: 500;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(220px, 270px));
        gap: 16px;
        justify-content: center;
      }
      li {
        display: grid;
        align-content: start;
        gap: 6px;
      }
      button {
        display: grid;
        padding: 0;
        overflow: hidden;
        text-align: left;
        border-radius: var(--radius);
      }
      .strip {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 2px;
        background: var(--line);
      }
      img {
        display: block;
        width: 100%;
        aspect-ratio: 1;
        object-fit: cover;
      }
      .text {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding: 10px 12px;
      }
      .kind {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.87rem;
      }
      b {
        font-weight: 600;
      }
      .credits {
        padding: 0 4px;
        font-size: 0.8rem;
        line-height: 1.3;
      }
    `,
  ];

  override async connectedCallback() {
    super.connectedCallback();
    this.sets = await listSamples();
  }

  override render() {
    if (!this.sets?.length) return nothing;
    return html`
      <h2 class="soft">${messages.samples}</h2>
      <ul>
        ${this.sets.map((set) => this.#card(set))}
      </ul>
    `;
  }

  #card(set: SampleSet) {
    return html`<li>
      <button data-testid="sample" data-sample=${set.id} @click=${() => this.dispatchEvent(new SampleEvent(set))}>
        <span class="strip">
          ${set.files.slice(0, 3).map((file) => html`<img src=${sampleUrl(file)} alt="" loading="lazy" />`)}
        </span>
        <span class="text"><b>${inWords(set.title)}</b><span class="soft kind">${icons[set.kind]}${messages.kinds[set.kind]}</span></span>
      </button>
      <p class="credits soft">${inWords(set.credits)}, ${inWords(set.licence)}</p>
    </li>`;
  }
}
