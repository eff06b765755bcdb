import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { messages } from './messages.js';
import { drawRaster, foundPoints, opacityOf, overlayOf } from './model/overlay.js';
import { cssColourOf, cssColourOfValue } from './model/palette.js';
import { Pen } from './model/pen.js';
import { type Picture, readPixels } from './model/picture.js';
import { type Point, wholeBox } from './model/raster.js';
import type { Session, SessionEvent } from './model/session.js';
import { Viewport } from './model/viewport.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** How close, in pixels of the screen, a pointer must come to a point. */
const REACH = { mouse: 10, pen: 14, touch: 22 };
/** How much one notch of a wheel or one press of a key zooms. */
const NOTCH = 1.3;

/** A point to draw. */
type Mark = Point & { readonly channel: number; readonly score?: number };

/** The selected picture, what is predicted on it, what is labelled on it, and the tool. */
@customElement('anolis-canvas')
export class Canvas extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** Which layers are shown; with both sides beside each other, one has the label and one the prediction. */
  @property() layers: 'both' | 'label' | 'prediction' = 'both';
  /** Whether it is only looked at. */
  @property({ type: Boolean }) readonly = false;
  /** Shared by canvases that are looked at together. */
  @property({ attribute: false }) viewport = new Viewport();
  @state() private unit = 1;
  @query('.picture') private pictureCanvas!: HTMLCanvasElement;
  @query('.overlay') private overlayCanvas!: HTMLCanvasElement;
  @query('.paint') private paintCanvas!: HTMLCanvasElement;
  @query('.box') private box!: HTMLElement;
  @query('.stage') private stage!: HTMLElement;
  @query('.cursor') private cursor!: HTMLElement;
  #shown: Picture | undefined;
  #layers = '';
  #at: Point = { x: 0, y: 0 };
  #pen!: Pen;
  #fingers = new Map<number, Point>();
  #watcher: ResizeObserver | undefined;

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
        user-select: none;
        background: #fff;
        outline-offset: -2px;
      }
      .box.points {
        cursor: crosshair;
      }
      .box:focus-visible {
        outline: 3px solid var(--accent);
      }
      .stage {
        position: absolute;
        inset: 0;
        transform-origin: 0 0;
      }
      .close canvas {
        image-rendering: pixelated;
      }
      canvas,
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        pointer-events: none;
      }
      svg {
        overflow: visible;
      }
      .overlay,
      .paint {
        opacity: var(--overlay);
      }
      .cursor {
        position: absolute;
        translate: -50% -50%;
        aspect-ratio: 1;
        border: calc(2px / var(--zoom)) solid #fff;
        border-radius: 50%;
        outline: calc(1px / var(--zoom)) solid #000;
        outline-offset: 0;
        pointer-events: none;
        visibility: hidden;
      }
      .box:hover .cursor,
      .box:focus-visible .cursor,
      .box.painting .cursor {
        visibility: visible;
      }
      .box.points:hover:not(:focus-visible) .cursor {
        visibility: hidden;
      }
      text {
        font: 600 12px system-ui, sans-serif;
        fill: #fff;
        stroke: #000;
        stroke-width: 3px;
        paint-order: stroke;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override focus(): void {
    this.box.focus();
  }

  override render() {
    const { selected, ordered: pictures, kind } = this.session;
    const name = selected ? messages.picture(pictures.indexOf(selected) + 1, pictures.length) : '';
    return html`<div
      class="box"
      data-testid=${this.layers === 'prediction' ? 'prediction' : 'canvas'}
      role="application"
      tabindex="0"
      aria-roledescription=${messages.canvasRole}
      aria-label=${messages.canvas[kind](name)}
      @pointerdown=${this.#down}
      @pointermove=${this.#move}
      @pointerup=${this.#up}
      @pointercancel=${this.#cancelled}
      @dblclick=${() => this.#pen.finish()}
      @contextmenu=${(event: Event) => event.preventDefault()}
      @wheel=${this.#wheel}
      @keydown=${this.#keyDown}
      @keyup=${this.#keyUp}
      @blur=${this.#lift}
    >
      <div class="stage" data-testid="stage">
        <canvas class="picture"></canvas>
        <canvas class="overlay"></canvas>
        <canvas class="paint"></canvas>
        ${selected ? this.#marks(selected) : nothing}
        <div class="cursor"></div>
      </div>
    </div>`;
  }

  // Sizes are in pixels of the screen, places in those of the picture.
  #marks(picture: Picture) {
    const { session, unit } = this;
    const label = session.labelOf(picture);
    const set = this.layers !== 'prediction' && label && 'points' in label ? label.points : [];
    const taken = (channel: number) => session.kind === 'keypoints' && set.some((point) => point.channel === channel);
    const found = this.layers === 'label' ? [] : foundPoints(picture).filter(({ channel }) => !taken(channel));
    const named = session.kind === 'keypoints';
    const mark = ({ x, y, channel, score }: Mark, hollow: boolean) => {
      const colour = cssColourOf(channel + 1);
      return svg`<g transform="translate(${x} ${y}) scale(${unit})" opacity=${opacityOf(score)} data-testid=${hollow ? 'found' : 'set'}>
        <circle r="6" fill=${hollow ? 'none' : colour} stroke="#000" stroke-width="4"></circle>
        <circle r="6" fill=${hollow ? 'none' : colour} stroke=${hollow ? colour : '#fff'} stroke-width="2"></circle>
        ${named ? svg`<text x="9" y="4">${session.channels[channel]}</text>` : nothing}
      </g>`;
    };
    return html`<svg viewBox="0 0 ${picture.width} ${picture.height}" preserveAspectRatio="none" aria-hidden="true">
      ${found.map((point) => mark(point, true))} ${set.map((point) => mark(point, false))} ${this.#draft()}
    </svg>`;
  }

  #draft() {
    const draft = this.#pen?.draft ?? [];
    if (draft.length === 0) return nothing;
    const [a, b] = draft as [Point, Point];
    const box = this.session.tool === 'box';
    const corners = box ? [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }] : [...draft, this.#at];
    const line = corners.map(({ x, y }) => `${x},${y}`).join(' ');
    return svg`
      <polygon points=${line} fill="#fff" fill-opacity="0.2" stroke="#000" stroke-width=${3 * this.unit}></polygon>
      <polygon points=${line} fill="none" stroke="#fff" stroke-width=${1.5 * this.unit}></polygon>
      ${box ? nothing : svg`<circle cx=${a.x} cy=${a.y} r=${5 * this.unit} fill="#fff" stroke="#000" stroke-width=${this.unit}></circle>`}`;
  }

  protected override firstUpdated(): void {
    this.#pen = new Pen(this.session, () => this.requestUpdate());
    this.#watcher = new ResizeObserver(() => this.#measure());
    this.#watcher.observe(this.box);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#watcher) this.#watcher.observe(this.box);
    this.session.addEventListener('paint', this.#onPaint);
    this.session.addEventListener('overlay', this.#onOverlay);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher?.disconnect();
    this.session.removeEventListener('paint', this.#onPaint);
    this.session.removeEventListener('overlay', this.#onOverlay);
  }

  protected override updated(): void {
    const { selected, opacity, activeChannel, tool, brushSize, kind, value } = this.session;
    this.box.style.setProperty('--overlay', String(opacity));
    this.box.classList.toggle('points', tool === 'point' || tool === 'polygon' || tool === 'box');
    if (!selected) return;
    if (selected !== this.#shown) this.#showPicture(selected);
    else if (this.layers !== this.#layers) {
      this.#drawPaint();
      this.#drawOverlay();
    }
    this.#layers = this.layers;
    if (this.#pen && tool !== 'polygon' && tool !== 'box' && this.#pen.draft.length > 0) this.#pen.cancel();
    const longest = Math.max(selected.width, selected.height);
    const thin = tool === 'scribble' ? 0.25 : 1;
    const painted = (brushSize / 100) * longest * thin;
    const pointed =
      tool === 'brush' || tool === 'scribble' || (tool === 'eraser' && (kind === 'mask' || kind === 'map'));
    const size = pointed ? painted : 2 * REACH.mouse * this.unit;
    this.cursor.style.width = `${(100 * size) / selected.width}%`;
    const colour = kind === 'map' ? cssColourOfValue(value) : cssColourOf(activeChannel);
    this.cursor.style.borderColor = tool === 'eraser' ? '#fff' : colour;
    this.#placeCursor();
  }

  #showPicture(picture: Picture): void {
    this.#pen?.lift();
    this.#pen?.cancel();
    this.#shown = picture;
    const { width, height, thumb } = picture;
    this.box.style.setProperty('--ratio', String(width / height));
    this.#at = { x: width / 2, y: height / 2 };
    this.viewport.reset();
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
    this.#measure();
  }

  #onPaint = (event: Event): void => {
    const { picture, box } = event as SessionEvent;
    if (picture && picture !== this.#shown) return;
    this.#drawPaint(box);
    this.requestUpdate();
  };

  #onOverlay = (event: Event): void => {
    const { picture } = event as SessionEvent;
    if (picture && picture !== this.#shown) return;
    this.#drawOverlay();
    // Of a map another component may be shown.
    if (this.session.kind === 'map') this.#drawPaint();
    this.requestUpdate();
  };

  #drawPaint(box?: SessionEvent['box']): void {
    const label = this.#shown && this.session.labelOf(this.#shown);
    const context = this.paintCanvas.getContext('2d');
    if (!context || !this.#shown) return;
    if (label && 'raster' in label && this.layers !== 'prediction') {
      drawRaster(context, label.raster, box ?? wholeBox(label.raster), this.session);
    } else context.clearRect(0, 0, this.#shown.width, this.#shown.height);
  }

  #drawOverlay(): void {
    const overlay = this.#shown && this.layers !== 'label' ? overlayOf(this.#shown, this.session) : undefined;
    const { width = 1, height = 1 } = overlay ?? {};
    // Setting the size also clears.
    Object.assign(this.overlayCanvas, { width, height });
    if (overlay) this.overlayCanvas.getContext('2d')?.drawImage(overlay, 0, 0);
  }

  /** Applies the viewport after it was changed from outside. */
  look(): void {
    const { scale, x, y } = this.viewport;
    this.stage.style.transform = `translate(${100 * x}%, ${100 * y}%) scale(${scale})`;
    this.stage.style.setProperty('--zoom', String(scale));
    this.#measure();
  }

  #zoomed(): void {
    this.look();
    this.dispatchEvent(new Event('look', { bubbles: true }));
  }

  #measure(): void {
    const { width } = this.stage.getBoundingClientRect();
    if (!this.#shown || width === 0) return;
    this.unit = this.#shown.width / width;
    this.box.classList.toggle('close', this.unit < 0.35);
  }

  #pointOf(event: { clientX: number; clientY: number }): Point {
    const frame = this.stage.getBoundingClientRect();
    const { width = 1, height = 1 } = this.#shown ?? {};
    return {
      x: ((event.clientX - frame.left) / frame.width) * width,
      y: ((event.clientY - frame.top) / frame.height) * height,
    };
  }

  #reach = REACH.mouse;
  /** Whether the pointers that are down move the picture. */
  #moving = false;
  /** The pen that is down, and whether there was one: fingers beside a pen are a hand that rests, or move the picture. */
  #penDown: number | undefined;
  #penKnown = false;
  /** Where the stroke of a finger began on the screen, while it may still become a pinch. */
  #begun: Point | undefined;

  #down = (event: PointerEvent): void => {
    const at = { x: event.clientX, y: event.clientY };
    const touch = event.pointerType === 'touch';
    // A stroke that is on its way is not lost to a second finger.
    if (touch && (this.#penDown !== undefined || (this.#pen.down && !this.#begun))) return;
    if (event.pointerType === 'pen') {
      // The hand may touch the screen before the pen does.
      this.#fingers.clear();
      this.#giveUp();
      this.#moving = false;
      this.#penDown = event.pointerId;
      this.#penKnown = true;
    }
    this.#fingers.set(event.pointerId, at);
    this.box.setPointerCapture(event.pointerId);
    if (this.#fingers.size > 1 || event.button === 1 || (touch && this.#penKnown)) {
      this.#moving = true;
      this.#giveUp();
      return;
    }
    if (event.button !== 0 || !event.isPrimary) return;
    this.#reach = REACH[event.pointerType as keyof typeof REACH] ?? REACH.mouse;
    this.#begun = touch ? at : undefined;
    this.#moveTo(this.#pointOf(event));
    this.#press();
  };

  #move = (event: PointerEvent): void => {
    const former = this.#fingers.get(event.pointerId);
    if (!former && event.pointerType === 'touch') return;
    if (former) this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (former && this.#moving) {
      this.#drag(event, former);
      return;
    }
    const begun = this.#begun;
    if (begun && Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > REACH.touch) this.#begun = undefined;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) this.#moveTo(this.#pointOf(each));
    if (this.#pen.draft.length > 0) this.requestUpdate();
  };

  // One finger or the middle button moves the picture along; two also bring it closer.
  #drag(event: PointerEvent, former: Point): void {
    const frame = this.box.getBoundingClientRect();
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    const share = other ? 2 : 1;
    const [dx, dy] = [event.clientX - former.x, event.clientY - former.y];
    this.viewport.pan(dx / frame.width / share, dy / frame.height / share);
    if (other) {
      const apart = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
      const [x, y] = [(event.clientX + other.x) / 2, (event.clientY + other.y) / 2];
      const grown = apart({ x: event.clientX, y: event.clientY }) / apart(former);
      this.viewport.zoom(grown, (x - frame.left) / frame.width, (y - frame.top) / frame.height);
    }
    this.#zoomed();
  }

  #up = (event: PointerEvent): void => {
    // The last step of the way comes without a move of its own where moves are thinned out.
    if (this.#pen.down && !this.#moving && this.#fingers.has(event.pointerId)) this.#moveTo(this.#pointOf(event));
    if (this.#released(event)) this.#lift();
  };

  #cancelled = (event: PointerEvent): void => {
    if (this.#released(event)) this.#giveUp();
  };

  // Whether the pointer was one that counts.
  #released({ pointerId }: PointerEvent): boolean {
    if (this.#penDown === pointerId) this.#penDown = undefined;
    const counted = this.#fingers.delete(pointerId);
    if (this.#fingers.size === 0) this.#moving = false;
    return counted;
  }

  #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const frame = this.box.getBoundingClientRect();
    if (event.shiftKey) this.viewport.pan(-event.deltaY / frame.width, 0);
    else {
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
      const factor = NOTCH ** (-(event.deltaY * lines) / 100);
      this.viewport.zoom(
        factor,
        (event.clientX - frame.left) / frame.width,
        (event.clientY - frame.top) / frame.height,
      );
    }
    this.#zoomed();
  };

  #keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#shown) return;
    const { width, height } = this.#shown;
    const stride = (event.shiftKey ? 0.2 : 1) * Math.max(1, (Math.max(width, height) * 0.02) / this.viewport.scale);
    const strides: Record<string, readonly [number, number]> = {
      ArrowLeft: [-stride, 0],
      ArrowRight: [stride, 0],
      ArrowUp: [0, -stride],
      ArrowDown: [0, stride],
    };
    const moved = strides[event.key];
    if (moved) {
      this.#moveTo({ x: this.#at.x + moved[0], y: this.#at.y + moved[1] });
      if (this.#pen.draft.length > 0) this.requestUpdate();
      this.viewport.reveal(this.#at.x / width, this.#at.y / height);
      this.#zoomed();
    } else if (event.key === ' ') {
      if (!event.repeat) this.#press();
    } else if (event.key === 'Enter') {
      // Enter holds the brush down for hands that cannot press two keys at once, and closes polygons.
      if (!event.repeat && !this.#pen.finish()) this.#pen.down ? this.#lift() : this.#press();
    } else if (event.key === 'Backspace') {
      if (!this.#pen.back()) return;
    } else if (event.key === 'Escape') {
      if (!this.#pen.cancel()) return;
    } else if (event.key === '+' || event.key === '=' || event.key === '-') {
      this.viewport.zoom(event.key === '-' ? 1 / NOTCH : NOTCH, ...this.#cursorPlace());
      this.#zoomed();
    } else if (event.key === '0') {
      this.viewport.reset();
      this.#zoomed();
    } else if (event.key === 'PageUp' || event.key === 'PageDown') {
      this.session.step(event.key === 'PageUp' ? -1 : 1);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #cursorPlace(): [number, number] {
    const { width = 1, height = 1 } = this.#shown ?? {};
    const { x, y, scale } = this.viewport;
    return [x + (this.#at.x / width) * scale, y + (this.#at.y / height) * scale];
  }

  #keyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.#lift();
  };

  #press(): void {
    if (this.#pen.down || this.readonly) return;
    this.box.classList.add('painting');
    this.#pen.press(this.#at, this.#reach * this.unit);
  }

  #lift = (): void => {
    this.box.classList.remove('painting');
    this.#pen.lift();
  };

  #giveUp(): void {
    this.box.classList.remove('painting');
    if (this.#pen.down) this.#pen.cancel();
  }

  #moveTo({ x, y }: Point): void {
    const { width = 1, height = 1 } = this.#shown ?? {};
    this.#at = { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
    this.#placeCursor();
    this.#pen.move(this.#at);
  }

  #placeCursor(): void {
    const { width = 1, height = 1 } = this.#shown ?? {};
    this.cursor.style.left = `${(100 * this.#at.x) / width}%`;
    this.cursor.style.top = `${(100 * this.#at.y) / height}%`;
  }
}
