import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { drawRaster } from './model/overlay.js';
import type { Picture } from './model/picture.js';
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
      .foot {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding: 4px 2px 0;
        font-size: 0.78rem;
        line-height: 1.2;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .time {
        flex: none;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { name, painted } = this.picture;
    return html`
      <div class="frame">
        <canvas class="thumb"></canvas>
        <canvas class="overlay"></canvas>
        ${painted ? html`<span class="badge">${messages.labelled}</span>` : ''}
      </div>
      <div class="foot soft">
        <span class="name">${name}</span><span class="time">${this.#time()}</span>
      </div>
    `;
  }

  #time(): string {
    const { state, milliseconds } = this.picture;
    if (state === 'unusable') return messages.unreadable;
    if (state === 'waiting') return messages.encoding;
    return milliseconds === undefined ? '' : messages.milliseconds(milliseconds);
  }

  protected override firstUpdated(): void {
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
    if ((event as SessionEvent).picture !== this.picture) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  };

  #draw(): void {
    const { overlay, raster, painted, width, height, thumb, predicted, covered } = this.picture;
    Object.assign(this.overlay, { width: thumb.width, height: thumb.height });
    const context = this.overlay.getContext('2d');
    if (overlay) context?.drawImage(overlay, 0, 0, thumb.width, thumb.height);
    if (raster && painted) {
      const full = document.createElement('canvas');
      Object.assign(full, { width, height });
      drawRaster(full.getContext('2d') as CanvasRenderingContext2D, raster, {
        left: 0,
        top: 0,
        right: width,
        bottom: height,
      });
      context?.drawImage(full, 0, 0, thumb.width, thumb.height);
    }
    // For tests and for anyone who watches from outside.
    this.dataset['predicted'] = predicted;
    this.dataset['covered'] = covered.toFixed(4);
    this.requestUpdate();
  }
}
