import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { messages } from './messages.js';
import { drawRaster } from './model/overlay.js';
import { cssColourOf } from './model/palette.js';
import { type Picture, readPixels } from './model/picture.js';
import type { Point } from './model/raster.js';
import type { Session, SessionEvent } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** The selected picture, what is predicted on it, what is painted on it, and the brush. */
@customElement('anolis-canvas')
export class Canvas extends LitElement {
  @property({ attribute: false }) session!: Session;
  @query('.picture') private pictureCanvas!: HTMLCanvasElement;
  @query('.overlay') private overlayCanvas!: HTMLCanvasElement;
  @query('.paint') private paintCanvas!: HTMLCanvasElement;
  @query('.box') private box!: HTMLElement;
  @query('.cursor') private cursor!: HTMLElement;
  #shown: Picture | undefined;
  #at: Point = { x: 0, y: 0 };
  #penDown = false;

  static override styles = [
    shared,
    css`
      :host {
        container-type: size;
        display: grid;
        place-items: center;
        min-height: 0;
        min-width: 0;
        overflow: hidden;
        border-radius: var(--radius);
        background: var(--sunken);
      }
      .box {
        position: relative;
        width: min(100cqw, 100cqh * var(--ratio));
        aspect-ratio: var(--ratio);
        overflow: hidden;
        cursor: none;
        touch-action: none;
        background: #fff;
        outline-offset: -2px;
      }
      .box:focus-visible {
        outline: 3px solid var(--accent);
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        pointer-events: none;
      }
      .overlay,
      .paint {
        opacity: var(--overlay);
      }
      .cursor {
        position: absolute;
        translate: -50% -50%;
        aspect-ratio: 1;
        border: 2px solid #fff;
        border-radius: 50%;
        outline: 1px solid #000;
        outline-offset: 0;
        pointer-events: none;
        visibility: hidden;
      }
      .box:hover .cursor,
      .box:focus-visible .cursor,
      .box.painting .cursor {
        visibility: visible;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { selected, pictures } = this.session;
    const name = selected ? messages.picture(pictures.indexOf(selected) + 1, pictures.length) : '';
    return html`<div
      class="box"
      data-testid="canvas"
      role="application"
      tabindex="0"
      aria-roledescription=${messages.canvasRole}
      aria-label=${messages.canvas(name)}
      @pointerdown=${this.#down}
      @pointermove=${this.#move}
      @pointerup=${this.#up}
      @pointercancel=${this.#up}
      @keydown=${this.#keyDown}
      @keyup=${this.#keyUp}
      @blur=${this.#lift}
    >
      <canvas class="picture"></canvas>
      <canvas class="overlay"></canvas>
      <canvas class="paint"></canvas>
      <div class="cursor"></div>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.session.addEventListener('paint', this.#onPaint);
    this.session.addEventListener('overlay', this.#onOverlay);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.session.removeEventListener('paint', this.#onPaint);
    this.session.removeEventListener('overlay', this.#onOverlay);
  }

  protected override updated(_: PropertyValues): void {
    const { selected, opacity, activeClass, tool, brushSize } = this.session;
    this.box.style.setProperty('--overlay', String(opacity));
    if (!selected) return;
    if (selected !== this.#shown) this.#showPicture(selected);
    const size = (brushSize / 100) * Math.max(selected.width, selected.height);
    this.cursor.style.width = `${(100 * size) / selected.width}%`;
    this.cursor.style.borderColor = tool === 'eraser' ? '#fff' : cssColourOf(activeClass);
    this.#placeCursor();
  }

  #showPicture(picture: Picture): void {
    this.#shown = picture;
    const { width, height, thumb } = picture;
    this.box.style.setProperty('--ratio', String(width / height));
    this.#at = { x: width / 2, y: height / 2 };
    Object.assign(this.pictureCanvas, { width, height });
    Object.assign(this.paintCanvas, { width, height });
    // The small copy is there at once; the sharp one follows.
    this.pictureCanvas.getContext('2d')?.drawImage(thumb, 0, 0, width, height);
    void readPixels(picture).then((pixels) => {
      if (this.#shown === picture) this.pictureCanvas.getContext('2d')?.drawImage(pixels, 0, 0);
      pixels.close();
    });
    this.#drawPaint();
    this.#drawOverlay();
  }

  #onPaint = (event: Event): void => {
    const { picture, box } = event as SessionEvent;
    if (picture === this.#shown) this.#drawPaint(box);
  };

  #onOverlay = (event: Event): void => {
    if ((event as SessionEvent).picture === this.#shown) this.#drawOverlay();
  };

  #drawPaint(box?: SessionEvent['box']): void {
    const raster = this.#shown?.raster;
    const context = this.paintCanvas.getContext('2d');
    if (!raster || !context) return;
    drawRaster(context, raster, box ?? { left: 0, top: 0, right: raster.width, bottom: raster.height });
  }

  #drawOverlay(): void {
    const overlay = this.#shown?.overlay;
    const { width = 1, height = 1 } = overlay ?? {};
    // Setting the size also clears.
    Object.assign(this.overlayCanvas, { width, height });
    if (overlay) this.overlayCanvas.getContext('2d')?.drawImage(overlay, 0, 0);
  }

  #pointOf(event: PointerEvent): Point {
    const frame = this.box.getBoundingClientRect();
    const { width = 1, height = 1 } = this.#shown ?? {};
    return {
      x: ((event.clientX - frame.left) / frame.width) * width,
      y: ((event.clientY - frame.top) / frame.height) * height,
    };
  }

  #down = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary) return;
    this.box.setPointerCapture(event.pointerId);
    this.#moveTo(this.#pointOf(event));
    this.#press();
  };

  #move = (event: PointerEvent): void => {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) this.#moveTo(this.#pointOf(each));
  };

  #up = (): void => this.#lift();

  #keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#shown) return;
    const longest = Math.max(this.#shown.width, this.#shown.height);
    const stride = event.shiftKey ? 1 : Math.max(1, (longest * this.session.brushSize) / 300);
    const strides: Record<string, readonly [number, number]> = {
      ArrowLeft: [-stride, 0],
      ArrowRight: [stride, 0],
      ArrowUp: [0, -stride],
      ArrowDown: [0, stride],
    };
    const moved = strides[event.key];
    if (moved) this.#moveTo({ x: this.#at.x + moved[0], y: this.#at.y + moved[1] });
    else if (event.key === ' ') this.#press();
    // Enter holds the brush down for hands that cannot press two keys at once.
    else if (event.key === 'Enter' && !event.repeat) this.#penDown ? this.#lift() : this.#press();
    else if (event.key === 'PageUp' || event.key === 'PageDown') this.session.step(event.key === 'PageUp' ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #keyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.#lift();
  };

  #press(): void {
    if (this.#penDown) return;
    this.#penDown = true;
    this.box.classList.add('painting');
    this.session.beginStroke(this.#at);
  }

  #lift = (): void => {
    if (!this.#penDown) return;
    this.#penDown = false;
    this.box.classList.remove('painting');
    this.session.endStroke();
  };

  #moveTo({ x, y }: Point): void {
    const { width = 1, height = 1 } = this.#shown ?? {};
    this.#at = { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
    this.#placeCursor();
    if (this.#penDown) this.session.continueStroke(this.#at);
  }

  #placeCursor(): void {
    const { width = 1, height = 1 } = this.#shown ?? {};
    this.cursor.style.left = `${(100 * this.#at.x) / width}%`;
    this.cursor.style.top = `${(100 * this.#at.y) / height}%`;
  }
}
