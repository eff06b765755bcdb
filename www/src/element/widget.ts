import type {
  AdaptOptions,
  AdaptReport,
  Backend,
  ImageSource,
  Label,
  LoadOptions,
  Notice,
  Prediction,
  Progress,
  Quality,
  TagLabel,
  TaskKind,
  Weights,
} from '../anolis/public/index.js';
import type { WidgetEvents, WidgetPicture, WidgetTag } from './events.js';
import { share } from './share.js';
import { toolsOf } from './tools.js';
import type { View } from './view.js';

// On a server there are no elements, and importing this must work all the same.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

const kinds: readonly string[] = ['mask', 'keypoints', 'map', 'density', 'tags'] satisfies (TaskKind | 'tags')[];

/**
 * Labels a few pictures and predicts the rest, inside a page of somebody else. It loads nothing until it is visible or asked;
 * all widgets of a page share one worker and one copy of the weights.
 *
 * @example
 * ```html
 * <script type="module" src="https://cdn.jsdelivr.net/npm/anolis@0.1/dist/define.js"></script>
 * <anolis-widget kind="mask" channels="nucleus"></anolis-widget>
 * ```
 *
 * @tag anolis-widget
 *
 * @attr {string} src - Address of a session file to open; its kind and channels win
 * @attr {'mask'|'keypoints'|'map'|'density'|'tags'} [kind=mask] - What is predicted
 * @attr {string} channels - Names of the classes, keypoints, components, objects or tags, with commas between them
 * @attr {'auto'|'webgpu'|'cpu'} [backend=auto] - Where the network runs
 * @attr {'best'|'fast'} [quality=best] - How much work a prediction may be
 * @attr {'f16'|'int8'} [weights=f16] - How the weights are stored: `int8` are half as large
 * @attr {string} [tools=all] - What a person can use: `all`, `none`, or some of `draw kind channels settings pictures open adapt status`
 * @attr {'en'|'de'} locale - Language, of all widgets of a page; that of the element's surroundings without it, or else English
 * @attr {'light'|'dark'} theme - Colours; those of the page's `color-scheme` without it
 * @attr {'lazy'|'eager'|'manual'} [loading=lazy] - When to load: once visible, at once, or when a method is called
 *
 * @fires {CustomEvent<{ backend: 'cpu' | 'webgpu' }>} load - The network is loaded
 * @fires {CustomEvent<Progress>} progress - Loading goes on; `detail.fraction` is from 0 to 1
 * @fires {CustomEvent<{ kind: TaskKind | 'tags' }>} change - Pictures, labels or channels are other ones
 * @fires {CustomEvent<WidgetPredicted>} predict - A prediction is shown
 * @fires {CustomEvent<{ id: string; tags: WidgetTag[] }>} tags - Tags of a picture are predicted
 * @fires {CustomEvent<WidgetAdapted>} adapt - An adaptation goes on or has ended
 * @fires {CustomEvent<{ error: Error }>} error - Something went wrong; what was made stays
 *
 * @slot - Shown until the widget starts: a picture, a sentence, a button that calls `start()`
 * @slot empty - Shown while there are no pictures, instead of the button that opens some
 * @slot tools - More buttons beside the tools
 *
 * @csspart work - Everything but the progress and the status
 * @csspart editor - The picture that is worked on, with its tools
 * @csspart tools - The row of tools
 * @csspart canvas - The picture that is worked on
 * @csspart settings - The row of settings
 * @csspart adapt - The row for adapting to what is labelled
 * @csspart pictures - The grid of all pictures
 * @csspart empty - What is there while there are no pictures
 * @csspart progress - The bar while loading
 * @csspart status - The line of what happened
 *
 * @cssstate loading - The network is being fetched
 * @cssstate ready - It is there
 * @cssstate failed - It could not be loaded; `start()` tries again
 * @cssstate idle - Every prediction is up to date
 *
 * @cssprop [--anolis-accent] - Colour of what is chosen and of the main button
 * @cssprop [--anolis-on-accent] - Colour of text on it
 * @cssprop [--anolis-accent-soft] - Background of what is chosen
 * @cssprop [--anolis-ground] - Background
 * @cssprop [--anolis-panel] - Background of buttons and bars
 * @cssprop [--anolis-sunken] - Background behind pictures
 * @cssprop [--anolis-line] - Colour of lines
 * @cssprop [--anolis-text] - Colour of text
 * @cssprop [--anolis-soft] - Colour of less important text
 * @cssprop [--anolis-radius=10px] - Radius of corners
 * @cssprop [--anolis-gap=12px] - Space between parts
 * @cssprop [--anolis-canvas-height] - Height of the picture that is worked on
 * @cssprop [--anolis-pictures-height=320px] - Largest height of the grid below it
 */
export class AnolisWidget extends Base {
  static readonly observedAttributes = ['src', 'kind', 'channels', 'tools', 'locale'];

  /** Where the runtimes and the weights are, for all widgets that start from now on. */
  static assets: LoadOptions['assets'];
  /** Where the worker is, likewise. */
  static workerUrl: LoadOptions['workerUrl'];

  readonly #internals = this.attachInternals();
  #started: Promise<View> | undefined;
  #view: View | undefined;
  #use: ReturnType<typeof share> | undefined;
  #watcher: IntersectionObserver | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.append(document.createElement('slot'));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(':host { display: block; min-height: 40px } :host([hidden]) { display: none }');
    root.adoptedStyleSheets = [sheet];
  }

  /** Address of a session file to open. */
  get src(): string {
    return this.getAttribute('src') ?? '';
  }

  set src(value: string) {
    this.setAttribute('src', value);
  }

  /** What is predicted. */
  get kind(): TaskKind | 'tags' {
    const kind = this.getAttribute('kind') ?? '';
    return kinds.includes(kind) ? (kind as TaskKind | 'tags') : 'mask';
  }

  set kind(value: TaskKind | 'tags') {
    this.setAttribute('kind', value);
  }

  /** Names of the classes, keypoints, components, objects or tags, in order; background is not one of them. */
  get channels(): readonly string[] {
    const names = (this.getAttribute('channels') ?? '').split(',').map((name) => name.trim());
    return names.filter((name) => name !== '');
  }

  set channels(value: readonly string[]) {
    this.setAttribute('channels', value.join(', '));
  }

  /** Where the network is to run; read when the widget starts. */
  get backend(): Backend | 'auto' {
    const backend = this.getAttribute('backend');
    return backend === 'cpu' || backend === 'webgpu' ? backend : 'auto';
  }

  set backend(value: Backend | 'auto') {
    this.setAttribute('backend', value);
  }

  /** How much work a prediction may be; read when the widget starts. */
  get quality(): Quality {
    return this.getAttribute('quality') === 'fast' ? 'fast' : 'best';
  }

  set quality(value: Quality) {
    this.setAttribute('quality', value);
  }

  /** How the weights are stored; read when the widget starts. */
  get weights(): Weights {
    return this.getAttribute('weights') === 'int8' ? 'int8' : 'f16';
  }

  set weights(value: Weights) {
    this.setAttribute('weights', value);
  }

  /** What a person can use. */
  get tools(): string {
    return this.getAttribute('tools') ?? 'all';
  }

  set tools(value: string) {
    this.setAttribute('tools', value);
  }

  /** Language, as asked for, or else as the page says it is written in around the element. */
  get locale(): string {
    return this.getAttribute('locale') ?? this.closest<HTMLElement>('[lang]')?.lang ?? '';
  }

  set locale(value: string) {
    this.setAttribute('locale', value);
  }

  /** `'light'` or `'dark'`; empty as the page is. */
  get theme(): string {
    return this.getAttribute('theme') ?? '';
  }

  set theme(value: string) {
    this.setAttribute('theme', value);
  }

  /** When to load: `'lazy'`, `'eager'` or `'manual'`. */
  get loading(): string {
    return this.getAttribute('loading') ?? 'lazy';
  }

  set loading(value: string) {
    this.setAttribute('loading', value);
  }

  /** All pictures, in order; none before the widget starts. */
  get pictures(): readonly WidgetPicture[] {
    return this.#view?.pictures ?? [];
  }

  /** Loads, if that has not begun yet, and resolves when the network is there. */
  async start(): Promise<void> {
    await this.#begin();
  }

  /** Adds a picture and answers its id. Rejects with an `ImageError`. */
  async addPicture(source: ImageSource, name = source instanceof File ? source.name : ''): Promise<string> {
    return (await this.#show()).add(source, name);
  }

  /** Takes a picture away, with its labels. */
  async removePicture(id: string): Promise<void> {
    (await this.#show()).remove(id);
  }

  /** Shows a picture to work on. */
  async selectPicture(id: string): Promise<void> {
    (await this.#show()).select(id);
  }

  /**
   * Labels a picture, as a step that can be undone; `undefined` takes its label away. Rejects with a `LabelError`. Layers of
   * classes that overlap are not taken.
   */
  async setLabel(id: string, label: Label | TagLabel | undefined): Promise<void> {
    (await this.#show()).setLabel(id, label);
  }

  /**
   * Opens a session file in the place of what is there; pictures that it only refers to are among those `given`, by their
   * names. Rejects with a `SessionError` and then changes nothing.
   */
  async open(file: Blob, given: readonly File[] = []): Promise<void> {
    await (await this.#show()).open(file, given);
  }

  /** Pictures, labels and what is predicted as a session file, which the page, the library and the command line read too. */
  async save(): Promise<Blob> {
    return (await this.#show()).save();
  }

  /**
   * What the full network says about a picture of the widget, by its id, or about any other, as large as the picture; waits
   * until all labels are learnt. Rejects with `'empty-support'` while nothing is labelled.
   */
  async predict(picture: string | ImageSource): Promise<Prediction> {
    return (await this.#begin()).predict(picture);
  }

  /** What is predicted of every tag of a picture of the widget, likewise, of the kind `tags`. */
  async predictTags(id: string): Promise<readonly WidgetTag[]> {
    return (await this.#begin()).predictTags(id);
  }

  /** Tunes the network on the labelled pictures; also fires `adapt`. */
  async adapt(options: AdaptOptions = {}): Promise<AdaptReport> {
    return (await this.#begin()).adapt(options);
  }

  /** As of every element, with the widget's own {@link WidgetEvents}. */
  override addEventListener<K extends keyof WidgetEvents>(
    type: K,
    listener: (event: WidgetEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  /** @internal */
  connectedCallback(): void {
    const { loading } = this;
    if (this.#started || loading === 'manual') return;
    if (loading === 'eager') return void this.#begin().catch(() => {});
    this.#watcher = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin().catch(() => {});
    });
    this.#watcher.observe(this);
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#watcher?.disconnect();
    // An element that is moved comes back at once.
    queueMicrotask(() => !this.isConnected && this.#end());
  }

  /** @internal */
  attributeChangedCallback(name: string): void {
    if (name === 'locale') void this.#view?.speak(this.locale);
    else if (name !== 'src') this.#view?.set(this.#settings);
    else if (this.#view) void this.#openSource(this.#view);
  }

  async #openSource(view: View): Promise<void> {
    const { src } = this;
    try {
      const response = await fetch(src);
      if (!response.ok) throw new Error(`${src} could not be fetched (HTTP ${response.status}).`);
      const file = await response.blob();
      // The attribute may have changed meanwhile.
      if (src === this.src) await view.open(file);
    } catch (reason) {
      view.complain(reason as Error);
    }
  }

  get #settings() {
    return { kind: this.kind, channels: this.channels, tools: toolsOf(this.getAttribute('tools')) };
  }

  // What needs no network works while it loads, and where it cannot be loaded.
  async #show(): Promise<View> {
    if (!this.#view) this.#begin().catch(() => {});
    return this.#makeView();
  }

  async #makeView(): Promise<View> {
    const { speakLanguage, View } = await import('./view.js');
    if (!this.#view) await speakLanguage(this.locale);
    this.#view ??= new View(this.shadowRoot as ShadowRoot, this.#settings, {
      tell: this.#tell,
      busy: (busy) => this.#internals.states[busy ? 'delete' : 'add']('idle'),
    });
    return this.#view;
  }

  #begin(): Promise<View> {
    this.#watcher?.disconnect();
    if (this.#started) return this.#started;
    const started = this.#start();
    this.#started = started;
    started.catch((error: Error) => this.#started === started && this.#fail(error));
    return started;
  }

  async #start(): Promise<View> {
    this.#be('loading');
    const view = await this.#makeView();
    const opened = this.src && view.pictures.length === 0 ? this.#openSource(view) : undefined;
    const { assets, workerUrl } = AnolisWidget;
    const { backend, quality, weights } = this;
    const told = {
      onProgress: (progress: Progress) => {
        view.showProgress(progress);
        this.#tell('progress', progress);
      },
      onNotice: (notice: Notice) => view.notice(notice),
    };
    const own = { ...(assets && { assets }), ...(workerUrl && { workerUrl }) };
    const use = share({ backend, quality, weights, ...own }, told);
    this.#use = use;
    const anolis = await use.anolis;
    if (this.#use !== use) throw new DOMException('The widget was taken away while it loaded.', 'AbortError');
    view.learn(anolis);
    await opened;
    this.#be('ready');
    this.#tell('load', { backend: anolis.backend });
    return view;
  }

  #fail(error: Error): void {
    this.#started = undefined;
    this.#use?.release();
    this.#be('failed');
    if (this.#view) this.#view.fail(error, () => void this.#begin().catch(() => {}));
    else this.#tell('error', { error });
  }

  // What was made stays, for an element that is put back.
  #end(): void {
    const use = this.#use;
    this.#started = undefined;
    this.#use = undefined;
    void this.#view
      ?.unlearn()
      .catch(() => {})
      .finally(() => use?.release());
  }

  #be(state: 'loading' | 'ready' | 'failed'): void {
    for (const other of ['loading', 'ready', 'failed', 'idle']) this.#internals.states.delete(other);
    this.#internals.states.add(state);
  }

  #tell = <K extends keyof WidgetEvents>(type: K, detail: WidgetEvents[K]['detail']): void => {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'anolis-widget': AnolisWidget;
  }
}
