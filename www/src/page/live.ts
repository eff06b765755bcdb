import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LiveFrame } from '../anolis/public/index.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { closeCamera, openCamera } from './model/camera.js';
import { frameOf, freeName, openClip, showsFrame, timeText } from './model/clip.js';
import { Following } from './model/following.js';
import type { Learner } from './model/learner.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { sentence } from './sentence.js';
import { isField } from './shortcuts.js';
import { shared } from './styles.js';

/** How often the rate is shown, in milliseconds. */
const OFTEN = 500;
/** A rate that differs by this factor from the one that was last said is said. */
const MUCH = 2;
/** Seconds that a key moves a video by: about a frame. */
const STEP = 0.04;

/** A frame is to be labelled. */
export class FrameEvent extends Event {
  constructor(readonly file: File) {
    super('frame');
  }
}

/**
 * A video or the camera with its live overlay. Fires {@link FrameEvent}, `say` and `problem` with a sentence, and `close` when it
 * has nothing more to show. The camera is on only while this is on the page.
 */
@customElement('anolis-live')
export class LiveView extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** Who predicts; nobody while the network is loaded. */
  @property({ attribute: false }) learner: Learner | undefined;
  @property({ attribute: false }) source: File | 'camera' = 'camera';
  @state() private state: 'opening' | 'playing' | 'paused' = 'opening';
  @state() private now = 0;
  @state() private whole = false;
  /** The last frame of which the rate was shown. */
  @state() private frame: LiveFrame | undefined;
  @query('video') private video!: HTMLVideoElement;
  @query('canvas') private canvas!: HTMLCanvasElement;
  #opened: AbortController | undefined;
  #following: Following | undefined;
  #camera: MediaStream | undefined;
  #url = '';
  #shown = 0;
  /** The rate that was said. */
  #said = 0;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
        padding: var(--gap);
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
      }
      .head,
      .controls {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
      }
      h2 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .rate {
        font-size: 0.87rem;
        font-variant-numeric: tabular-nums;
      }
      .stage {
        position: relative;
        display: grid;
        min-height: 120px;
        max-height: var(--live-height, 42vh);
        overflow: hidden;
        border-radius: var(--radius);
        background: #000;
      }
      .stage > * {
        grid-area: 1 / 1;
        width: 100%;
        height: 100%;
        min-height: 0;
        max-height: inherit;
        object-fit: contain;
      }
      .note {
        display: grid;
        place-items: center;
        padding: 16px;
        color: #fff;
        text-align: center;
      }
      .seek {
        flex: 1 1 120px;
        min-width: 80px;
      }
      .time,
      .found {
        font-size: 0.87rem;
        font-variant-numeric: tabular-nums;
      }
      .found {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
      }
      label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 32px;
        font-size: 0.87rem;
      }
      label input {
        width: 16px;
        height: 16px;
        margin: 0;
      }
      .label {
        margin-left: auto;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#key);
    this.#shut();
  }

  override render() {
    const text = messages.live;
    const { frame, state } = this;
    return html`<section aria-labelledby="title" data-state=${state} data-frames=${frame?.frames ?? 0} ?data-predicted=${frame?.predicted}>
      <div class="head">
        <h2 id="title">${this.#title()}</h2>
        ${frame?.predicted ? html`<span class="rate soft" data-testid="rate">${text.rate(rateOf(frame), lagOf(frame))}</span>` : nothing}
        <button class="icon plain" aria-label=${text.stop} title=${text.stop} @click=${this.#close}>${icons.close}</button>
      </div>
      <div class="stage">
        <video muted playsinline tabindex="-1" aria-label=${this.#title()} @play=${this.#played} @pause=${this.#rested} @ended=${this.#ended} @timeupdate=${this.#moved} @seeked=${this.#moved}></video>
        <canvas aria-hidden="true" ?hidden=${!frame?.predicted}></canvas>
        ${state === 'opening' ? html`<p class="note">${this.source === 'camera' ? text.asking : text.opening}</p>` : nothing}
      </div>
      ${this.#found()} ${this.#controls()}
      ${frame?.predicted || state === 'opening' ? nothing : html`<p class="soft">${this.learner ? text.hint : text.waiting}</p>`}
    </section>`;
  }

  #title(): string {
    return this.source === 'camera' ? messages.live.camera : messages.live.video(this.source.name);
  }

  #controls() {
    const text = messages.live;
    const closed = this.state === 'opening';
    const plays = this.state === 'playing';
    const name = plays ? text.pause : text.play;
    return html`<div class="controls" role="group" aria-labelledby="title">
      <button class="icon" aria-label=${name} title="${name} (K)" aria-keyshortcuts="K" data-testid="play" ?disabled=${closed} @click=${this.#toggle}>
        ${plays ? icons.pause : icons.play}
      </button>
      ${this.source === 'camera' || closed ? nothing : this.#seek()}
      <label title=${text.fullHelp} ?hidden=${this.session.kind === 'tags'}>
        <input type="checkbox" .checked=${this.whole} @change=${this.#choose} />${text.full}
      </label>
      <button class="label" title="${text.labelHelp} (L)" aria-keyshortcuts="L" data-testid="label-frame" ?disabled=${closed} @click=${this.#label}>
        ${icons.pen}${text.label}
      </button>
    </div>`;
  }

  #seek() {
    const { duration } = this.video;
    const place = messages.live.time(timeText(this.now), timeText(duration));
    return html`<input
        class="seek"
        type="range"
        data-testid="seek"
        aria-label=${messages.live.position}
        aria-valuetext=${place}
        min="0"
        max=${duration}
        step=${STEP}
        .value=${String(this.now)}
        @input=${(event: Event) => {
          this.video.currentTime = (event.target as HTMLInputElement).valueAsNumber;
        }}
      /><span class="time" aria-hidden="true">${timeText(this.now)} / ${timeText(duration)}</span>`;
  }

  #found() {
    const { counts, tags } = this.frame ?? {};
    const { channels } = this.session;
    const found = tags
      ? tags.map(({ probability }, place) => `${channels[place]} ${Math.round(100 * probability)} %`)
      : (counts ?? []).map((count, place) => `${channels[place]}: ${messages.counted(Math.round(count))}`);
    if (found.length === 0) return nothing;
    return html`<p class="found" data-testid="found">${found.map((text) => html`<span>${text}</span>`)}</p>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('source')) void this.#open();
    if (this.#following) this.#following.learner = this.learner;
  }

  async #open(): Promise<void> {
    this.#shut();
    const opened = new AbortController();
    this.#opened = opened;
    const { video, source } = this;
    [this.state, this.frame, this.now] = ['opening', undefined, 0];
    try {
      if (source === 'camera') await this.#openCamera(opened.signal);
      else await this.#openFile(source, opened.signal);
      if (opened.signal.aborted) return;
      const onFrame = (frame: LiveFrame) => this.#drawn(frame);
      this.#following = new Following(this.session, video, this.canvas, { onFrame, onProblem: this.#fail });
      this.state = video.paused ? 'paused' : 'playing';
      await video.play();
    } catch (reason) {
      if (!opened.signal.aborted) this.#fail(reason as Error);
    }
  }

  async #openCamera(signal: AbortSignal): Promise<void> {
    const camera = await openCamera();
    // It may have been closed while the person was asked.
    if (signal.aborted) return closeCamera(camera);
    this.#camera = camera;
    const lost = () => this.#fail(new Error(messages.live.lost));
    camera.getVideoTracks()[0]?.addEventListener('ended', lost, { signal });
    this.video.srcObject = camera;
    await this.video.play();
    await showsFrame(this.video, signal);
  }

  async #openFile(file: File, signal: AbortSignal): Promise<void> {
    this.#url = URL.createObjectURL(file);
    this.video.src = this.#url;
    const unreadable = () => new Error(messages.fileProblem(file.name, messages.live.unreadable));
    try {
      await openClip(this.video, signal);
    } catch (cause) {
      throw Object.assign(unreadable(), { cause });
    }
    // One that ends early is found out when it is played.
    this.video.addEventListener('error', () => this.#fail(unreadable()), { signal });
  }

  #shut(): void {
    this.#opened?.abort();
    this.#following?.stop();
    this.#following = undefined;
    closeCamera(this.#camera);
    this.#camera = undefined;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = '';
    const { video } = this;
    if (!video) return;
    video.srcObject = null;
    video.removeAttribute('src');
  }

  #fail = (reason: Error): void => {
    this.#tell('problem', sentence(reason));
    this.#leave();
  };

  #close = (): void => {
    if (this.source === 'camera') this.#tell('say', messages.live.stopped);
    this.#leave();
  };

  #leave(): void {
    this.#shut();
    this.dispatchEvent(new Event('close'));
  }

  #drawn(frame: LiveFrame): void {
    const now = performance.now();
    // The first of its kind is shown at once.
    if (now - this.#shown < OFTEN && frame.predicted === this.frame?.predicted) return;
    this.#shown = now;
    this.frame = frame;
    const { framesPerSecond: rate } = frame;
    if (!frame.predicted || frame.frames < 5 || rate === 0) return;
    if (rate < this.#said * MUCH && rate * MUCH > this.#said) return;
    this.#said = rate;
    this.#tell('say', messages.live.running(rateOf(frame)));
  }

  #toggle = (): void => {
    if (this.state === 'opening') return;
    if (this.video.paused) void this.video.play().catch(this.#fail);
    else this.video.pause();
  };

  #played = (): void => {
    if (this.#following) this.state = 'playing';
  };

  #rested = (): void => {
    if (!this.#following) return;
    this.state = 'paused';
    if (!this.video.ended) this.#tell('say', messages.live.paused);
  };

  #ended = (): void => this.#tell('say', messages.live.ended);

  #moved = (): void => {
    this.now = this.video.currentTime;
  };

  #choose = (event: Event): void => {
    this.whole = (event.target as HTMLInputElement).checked;
    if (this.#following) this.#following.quick = !this.whole;
  };

  #label = async (): Promise<void> => {
    const { source, video, session } = this;
    if (this.state === 'opening') return;
    // A film waits for its frame to be labelled; a camera cannot be held up.
    if (source !== 'camera') video.pause();
    const stem = source === 'camera' ? messages.live.camera : source.name.replace(/\.\w+$/, '');
    const place = source === 'camera' ? new Date().toTimeString().slice(0, 8) : timeText(video.currentTime, true);
    // Colons may not be in names of files everywhere.
    const name = `${messages.live.frame(stem, place.replaceAll(':', '-'))}.jpg`;
    const others = session.pictures.map((picture) => picture.name);
    const file = await frameOf(video, freeName(name, others));
    if (file) this.dispatchEvent(new FrameEvent(file));
    else this.#tell('problem', messages.live.noFrame);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.composedPath()[0]))
      return;
    const action = { k: this.#toggle, l: this.#label }[event.key.toLowerCase()];
    if (!action || event.repeat) return;
    event.preventDefault();
    void action();
  };

  #tell(type: 'say' | 'problem', detail: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function lagOf({ latency }: LiveFrame): string {
  return latency < 1000 ? `${Math.round(latency)} ms` : `${(latency / 1000).toFixed(1)} s`;
}

function rateOf({ framesPerSecond }: LiveFrame): string {
  return framesPerSecond < 10 ? framesPerSecond.toFixed(1) : framesPerSecond.toFixed(0);
}
