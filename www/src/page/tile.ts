import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { confidenceOf, drawPoints, drawRaster, foundPoints, overlayOf, totalOf } from './model/overlay.js';
import type { Picture, TagPrediction } from './model/picture.js';
import { wholeBox } from './model/raster.js';
import type { Session, SessionEvent } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** One picture of the grid with its prediction. */
@customElement('anolis-tile')
export class Tile extends LitElement {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) picture!: Picture;
  @query('.thumb') private thumb!: HTMLCanvasElement;
  @query('.overlay') private overlay!: HTMLCanvasElement;
  #drawn: Picture | undefined;
  #frame = 0;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .frame {
        position: relative;
        aspect-ratio: 1;
        overflow: hidden;
        border-radius: 8px;
        background: var(--sunken);
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .overlay {
        opacity: var(--overlay);
      }
      .badge {
        position: absolute;
        left: 6px;
        top: 6px;
        padding: 0 8px;
        border-radius: 10px;
        background: var(--accent);
        color: var(--on-accent);
        font-size: 0.75rem;
        line-height: 20px;
      }
      .total {
        left: auto;
        right: 6px;
        background: #000c;
        color: #fff;
        font-variant-numeric: tabular-nums;
      }
      .foot {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0 8px;
        padding: 4px 2px 0;
        font-size: 0.78rem;
        line-height: 1.2;
      }
      .name {
        grid-column: span 2;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .numbers {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 420px) {
        .time {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { name, prediction } = this.picture;
    const { kind, channels } = this.session;
    const has = channels.filter((_, place) => this.session.hasTag(this.picture, place + 1));
    const labelled = this.session.isLabelled(this.picture);
    const counted = prediction?.kind === 'density' ? Math.round(totalOf(prediction) ?? 0) : undefined;
    return html`
      <div class="frame">
        <canvas class="thumb"></canvas>
        <canvas class="overlay"></canvas>
        ${labelled ? html`<span class="badge">${messages.labelled}</span>` : nothing}
        ${counted === undefined ? nothing : html`<span class="badge total" data-testid="tile-count" title=${messages.counted(counted)}>${counted}</span>`}
      </div>
      <div class="foot soft">
        <span class="name">${name}</span>
        ${kind === 'tags' ? html`<span class="name" data-testid="tile-tags">${has.join(', ') || '\u00a0'}</span>` : nothing}
        <span class="numbers">${this.#state()}</span>
        <span class="numbers time">${prediction ? messages.milliseconds(prediction.milliseconds) : nothing}</span>
      </div>
    `;
  }

  // Never empty, so that nothing moves when it is known.
  #state(): string {
    const { state, prediction } = this.picture;
    if (state === 'unusable') return messages.unreadable;
    if (state === 'waiting') return messages.encoding;
    const { tags } = this.picture;
    const confidence = tags ? tagConfidence(tags) : prediction && confidenceOf(prediction);
    return confidence === undefined ? '\u00a0' : messages.sure(Math.round(100 * confidence));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.session.addEventListener('overlay', this.#onDrawn);
    this.session.addEventListener('paint', this.#onDrawn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.session.removeEventListener('overlay', this.#onDrawn);
    this.session.removeEventListener('paint', this.#onDrawn);
  }

  protected override updated(): void {
    this.style.setProperty('--overlay', String(this.session.opacity));
    if (this.#drawn === this.picture) return;
    this.#drawn = this.picture;
    const { thumb } = this.picture;
    Object.assign(this.thumb, { width: thumb.width, height: thumb.height });
    this.thumb.getContext('2d')?.drawImage(thumb, 0, 0);
    this.#draw();
  }

  #onDrawn = (event: Event): void => {
    const { picture } = event as SessionEvent;
    if (picture && picture !== this.picture) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  };

  #draw(): void {
    const { session, picture } = this;
    const { width, height, thumb, predicted, prediction } = picture;
    Object.assign(this.overlay, { width: thumb.width, height: thumb.height });
    const context = this.overlay.getContext('2d') as CanvasRenderingContext2D;
    const overlay = overlayOf(picture, session);
    if (overlay) context.drawImage(overlay, 0, 0, thumb.width, thumb.height);
    const label = session.labelOf(picture);
    const points = { scale: thumb.width / width, radius: session.kind === 'density' ? 5 : 8 };
    const set = label && 'points' in label ? label.points : [];
    if (set.length === 0) drawPoints(context, foundPoints(picture), { ...points, hollow: true });
    drawPoints(context, set, { ...points, hollow: false });
    if (label && 'raster' in label && session.isLabelled(picture)) {
      const full = document.createElement('canvas');
      Object.assign(full, { width, height });
      drawRaster(full.getContext('2d') as CanvasRenderingContext2D, label.raster, wholeBox(label.raster), session);
      context.drawImage(full, 0, 0, thumb.width, thumb.height);
    }
    // For tests and for anyone who watches from outside.
    this.dataset['predicted'] = predicted;
    this.dataset['covered'] = ((prediction && totalOf(prediction)) ?? 0).toFixed(4);
    this.requestUpdate();
  }
}

// The mean over the tags of how likely the likelier answer is.
function tagConfidence(tags: readonly TagPrediction[]): number {
  return tags.reduce((sum, { probability }) => sum + Math.max(probability, 1 - probability), 0) / tags.length;
}
