import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { colourScales, type SearchOptions, type SearchResult } from '../anolis/public/index.js';
import { messages } from './messages.js';
import type { Picture } from './model/picture.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

type Op = SearchOptions['op'];
const ops: readonly Op[] = ['and', 'or', 'minus'];

/** A picture that was found. */
export interface Hit {
  readonly picture: Picture;
  readonly result: SearchResult;
}

/** A search is wanted; whoever searches calls `answer`. */
export class SearchEvent extends Event {
  constructor(
    readonly op: Op,
    readonly a: Picture,
    readonly b: Picture,
    readonly answer: (hits: readonly Hit[]) => void,
  ) {
    super('search', { bubbles: true, composed: true });
  }
}

/** Finds pictures like what two others have in common, together, or one beyond the other; fires {@link SearchEvent}. */
@customElement('anolis-search')
export class Search extends LitElement {
  @property({ attribute: false }) session!: Session;
  @state() private a = '';
  @state() private b = '';
  @state() private op: Op = 'and';
  @state() private hits: readonly Hit[] | undefined;

  static override styles = [
    shared,
    css`
      .row,
      ol {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      summary {
        cursor: pointer;
        line-height: 32px;
      }
      ol {
        max-height: 180px;
        padding: 6px 2px;
        overflow-y: auto;
      }
      ol button {
        display: grid;
        gap: 2px;
        padding: 4px;
        font-size: 0.75rem;
      }
      canvas {
        width: 72px;
        height: 72px;
        object-fit: contain;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { hits, session } = this;
    const [first, second] = session.pictures;
    return html`<details>
      <summary>${messages.search.title}</summary>
      <div class="row">
        ${this.#choice(messages.search.a, this.a || (first?.id ?? ''), (id) => (this.a = id))}
        <select aria-label=${messages.search.op} @change=${(event: Event) => (this.op = chosenIn(event) as Op)}>
          ${ops.map((op) => html`<option value=${op} ?selected=${op === this.op}>${messages.search.ops[op]}</option>`)}
        </select>
        ${this.#choice(messages.search.b, this.b || (second?.id ?? ''), (id) => (this.b = id))}
        <button class="small" data-testid="search" @click=${this.#search}>${messages.search.go}</button>
      </div>
      ${
        hits &&
        html`<ol>
          ${hits.length === 0 ? messages.search.none : nothing}
          ${hits.map(
            ({ picture, result }) =>
              html`<li>
                <button data-testid="hit" @click=${() => session.select(picture)}>
                  <canvas data-hit=${picture.id}></canvas>
                  <span>${picture.name}</span><span class="soft">${messages.search.score(result.score)}</span>
                </button>
              </li>`,
          )}
        </ol>`
      }
    </details>`;
  }

  protected override updated(): void {
    for (const canvas of this.renderRoot.querySelectorAll('canvas')) {
      const hit = this.hits?.find(({ picture }) => picture.id === canvas.dataset['hit']);
      if (hit) drawHit(canvas, hit);
    }
  }

  #choice(label: string, chosen: string, choose: (id: string) => void) {
    return html`<select aria-label=${label} @change=${(event: Event) => choose(chosenIn(event))}>
      ${this.session.pictures.map(({ id, name }) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`)}
    </select>`;
  }

  #search = () => {
    const { pictures } = this.session;
    const a = pictures.find(({ id }) => id === this.a) ?? pictures[0];
    const b = pictures.find(({ id }) => id === this.b) ?? pictures[1];
    if (a && b) this.dispatchEvent(new SearchEvent(this.op, a, b, (hits) => (this.hits = hits)));
  };
}

function chosenIn(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

// The picture, and over it where it resembles what was sought.
function drawHit(canvas: HTMLCanvasElement, { picture: { thumb }, result: { heat } }: Hit): void {
  Object.assign(canvas, { width: thumb.width, height: thumb.height });
  const small = new OffscreenCanvas(heat.width, heat.height);
  const image = new ImageData(heat.width, heat.height);
  new Uint32Array(image.data.buffer).set(
    Array.from(heat.data, (value) => colourScales.heat[Math.round(255 * Math.min(1, Math.max(0, value)))] as number),
  );
  small.getContext('2d')?.putImageData(image, 0, 0);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(thumb, 0, 0);
  context.globalAlpha = 0.6;
  context.drawImage(small, 0, 0, thumb.width, thumb.height);
}
