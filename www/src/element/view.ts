import { adoptStyles, css, html, nothing, render, unsafeCSS } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import {
  type AdaptOptions,
  type AdaptReport,
  type Anolis,
  type ImageSource,
  type Label,
  LabelError,
  type Notice,
  type Prediction,
  PredictionError,
  type Progress,
  readSession,
  type TagLabel,
  type Task,
  writeSession,
} from '../anolis/public/index.js';
import '../page/adapt.js';
import '../page/canvas.js';
import '../page/channels.js';
import '../page/open-button.js';
import '../page/pictures.js';
import '../page/settings.js';
import '../page/start-over.js';
import '../page/status.js';
import '../page/toolbar.js';
import type { AdaptEvent } from '../page/adapt.js';
import { listenForFiles, sortFiles } from '../page/incoming.js';
import { isLocale, speak } from '../page/locale.js';
import { messages } from '../page/messages.js';
import { labelFrom } from '../page/model/accept.js';
import { Adaptation } from '../page/model/adaptation.js';
import { newId } from '../page/model/id.js';
import type { Kind } from '../page/model/kinds.js';
import { type AnyLabel, fromLibraryTags } from '../page/model/label.js';
import { Learner, type LearnerEvent } from '../page/model/learner.js';
import { type Picture, readPicture, type TagPrediction } from '../page/model/picture.js';
import { readFiles } from '../page/model/read-files.js';
import { Session, type SessionEvent } from '../page/model/session.js';
import type { FilesEvent } from '../page/open-button.js';
import type { SearchEvent } from '../page/search.js';
import { sentence } from '../page/sentence.js';
import { listenToShortcuts } from '../page/shortcuts.js';
import type { StartOver } from '../page/start-over.js';
import { shared } from '../page/styles.js';
import theme from '../page/theme.css?inline';
import type { WidgetEvents, WidgetPicture, WidgetTag } from './events.js';
import { blobOf, labelOf } from './given.js';
import type { WidgetTool } from './tools.js';

/** What the view is told by its element. */
export interface Settings {
  readonly kind: Kind;
  /** Empty where the kind's own name is wanted. */
  readonly channels: readonly string[];
  readonly tools: ReadonlySet<WidgetTool>;
}

/** What the view tells its element. */
export interface Outside {
  readonly tell: <K extends keyof WidgetEvents>(type: K, detail: WidgetEvents[K]['detail']) => void;
  readonly busy: (busy: boolean) => void;
}

// The page's colours, each of which the host page may set: `--accent` by `--anolis-accent`.
const colours = theme
  .replace(/color-scheme: [^;]+;/, '')
  .replaceAll(':root', ':host')
  .replace(/(--([\w-]+)): ([^;]+);/g, '$1: var(--anolis-$2, $3);');

const layout = css`
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host {
    container-type: inline-size;
    display: block;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  .work {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }
  .editor {
    display: grid;
    gap: var(--gap);
    padding: var(--gap);
    min-width: 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
    align-items: center;
    justify-content: space-between;
  }
  anolis-canvas {
    height: var(--anolis-canvas-height, clamp(220px, 56cqw, 480px));
  }
  anolis-pictures {
    max-height: var(--anolis-pictures-height, 320px);
    overflow-y: auto;
    border-top: 1px solid var(--line);
    border-left: 0;
  }
  @container (min-width: 760px) {
    .work.two {
      grid-template-columns: minmax(0, 1fr) minmax(220px, 34%);
    }
    .two anolis-pictures {
      max-height: none;
      height: 0;
      min-height: 100%;
      border-top: 0;
      border-left: 1px solid var(--line);
    }
  }
  .empty {
    display: grid;
    gap: var(--gap);
    place-items: center;
    place-content: center;
    min-height: 220px;
    padding: 24px;
    text-align: center;
  }
  .failed {
    padding: var(--gap) var(--gap) 0;
  }
  .dragging {
    outline: 2px dashed var(--accent);
    outline-offset: -6px;
  }
  progress {
    display: block;
    width: 100%;
    height: 6px;
    border: 0;
    appearance: none;
    background: var(--sunken);
  }
  progress::-webkit-progress-bar {
    background: var(--sunken);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
`;

/** Speaks a language, such as `de` or `de-AT`; English where it is none that is spoken, or cannot be fetched. */
export async function speakLanguage(wanted: string): Promise<void> {
  const name = wanted.split('-')[0]?.toLowerCase();
  await speak(isLocale(name) ? name : 'en').catch(() => {});
}

/** What is inside the widget once it works: the page's components over a session of its own. */
export class View {
  readonly session = new Session();
  /** What a person began; {@link adapt} is what the host page asks for. */
  readonly #adaptation = new Adaptation();
  #learner: Learner | undefined;
  #anolis: Anolis | undefined;
  #busy = true;
  #told = false;
  #asked = false;
  #progress: Progress | undefined;
  #retry: (() => void) | undefined;
  #status = '';
  #problems: readonly string[] = [];
  #known: Pick<Session, 'pictures' | 'tasks' | 'kind'>;
  readonly #seen = new Set<Picture>();

  constructor(
    private readonly root: ShadowRoot,
    private settings: Settings,
    private readonly outside: Outside,
  ) {
    adoptStyles(root, [shared, unsafeCSS(colours), layout]);
    root.replaceChildren();
    const { session } = this;
    session.beginTask(settings.kind, this.#channelsOf(settings));
    const { pictures, tasks, kind } = session;
    this.#known = { pictures, tasks, kind };
    session.addEventListener('change', this.#onChange);
    session.addEventListener('stroke', this.#onStroke);
    session.addEventListener('overlay', this.#onOverlay);
    this.#adaptation.addEventListener('change', this.#onAdaptation);
    listenToShortcuts(session, { accept: () => void this.#accept() }, root.host);
    listenForFiles((files) => void this.#addFiles(files), this.#onDrag, root.host);
    this.#render();
  }

  /** Gives it the network. */
  learn(anolis: Anolis): void {
    for (const picture of this.session.pictures) if (picture.state === 'ready') picture.state = 'waiting';
    const learner = new Learner(this.session, anolis);
    learner.addEventListener('problem', (event) => this.complain(new Error((event as LearnerEvent).message)));
    learner.addEventListener('notice', (event) => this.#say((event as LearnerEvent).message));
    learner.addEventListener('busy', () => this.#setBusy(true));
    learner.addEventListener('idle', () => this.#setBusy(false));
    for (const picture of this.#seen) learner.visible.add(picture);
    this.#setBusy(true);
    this.#learner = learner;
    this.#anolis = anolis;
    this.#progress = undefined;
    this.#say(messages.ready(messages.backend[anolis.backend]));
  }

  /** Frees what it has of the network, which others use too; pictures and labels stay for the next one. */
  async unlearn(): Promise<void> {
    const learner = this.#learner;
    this.#learner = undefined;
    await learner?.dispose();
  }

  /** Other settings. */
  set(settings: Settings): void {
    const task = settings.kind !== this.settings.kind || settings.channels.join() !== this.settings.channels.join();
    this.settings = settings;
    if (task) this.session.beginTask(settings.kind, this.#channelsOf(settings));
    this.#render();
  }

  /** Says everything in another language. */
  async speak(locale: string): Promise<void> {
    await speakLanguage(locale);
    this.#render();
  }

  /** Shows how far loading is. */
  showProgress(progress: Progress): void {
    if (progress.phase !== this.#progress?.phase) this.#status = messages.phases[progress.phase];
    this.#progress = progress;
    this.#retry = undefined;
    this.#render();
  }

  /** Shows that loading failed, and a button to try again. */
  fail(error: Error, retry: () => void): void {
    this.#progress = undefined;
    this.#retry = retry;
    this.complain(error);
  }

  /** Shows something the user may want to know. */
  notice(notice: Notice): void {
    this.#say(sentence(notice));
  }

  complain(error: Error): void {
    const problem = sentence(error);
    if (!this.#problems.includes(problem)) this.#problems = [...this.#problems, problem];
    this.outside.tell('error', { error });
    this.#render();
  }

  get pictures(): readonly WidgetPicture[] {
    return this.session.pictures.map((picture) => {
      const { id, name, width, height } = picture;
      return { id, name, width, height, labelled: this.session.isLabelled(picture) };
    });
  }

  async add(source: ImageSource, name: string): Promise<string> {
    const picture = await readPicture(newId(), name, await blobOf(source));
    this.session.add([picture]);
    return picture.id;
  }

  remove(id: string): void {
    this.session.remove(this.#picture(id));
  }

  select(id: string): void {
    this.session.select(this.#picture(id));
  }

  setLabel(id: string, label: Label | TagLabel | undefined): void {
    const picture = this.#picture(id);
    const { kind, channels } = this.session;
    if (label && 'tags' in label) this.session.setLabel(picture, tagsOf(label, kind, channels));
    else this.session.setLabel(picture, label && labelOf(label, kind, channels.length, picture));
  }

  /**
   * Puts a session in the place of what is there, or changes nothing; pictures that it only refers to are among those
   * `given`. Rejects with a `SessionError`.
   */
  async open(file: Blob, given: readonly File[] = []): Promise<void> {
    const [content, { fromFile }] = await Promise.all([readSession(file), import('../page/model/session-file.js')]);
    const { saved, problems } = await fromFile(content, given);
    this.session.restore(saved);
    this.#problems = problems;
    this.#render();
  }

  async save(): Promise<Blob> {
    const { toFile } = await import('../page/model/session-file.js');
    return writeSession(toFile(this.session));
  }

  async predict(what: string | ImageSource): Promise<Prediction> {
    const picture = typeof what === 'string' ? this.#picture(what) : undefined;
    if (this.session.kind === 'tags') throw new PredictionError('answer-kind');
    const learner = await this.#settled();
    const { task } = learner;
    const prediction = picture ? await learner.predict(picture) : await task?.predict(what as ImageSource);
    if (!prediction) throw new LabelError('empty-support');
    return prediction;
  }

  async predictTags(id: string): Promise<readonly WidgetTag[]> {
    if (this.session.kind !== 'tags') throw new PredictionError('answer-kind');
    const picture = this.#picture(id);
    await this.#settled();
    if (!picture.tags) throw new LabelError('empty-support');
    return this.#tagsOf(picture.tags);
  }

  #tagsOf(tags: readonly TagPrediction[]): readonly WidgetTag[] {
    const { channels } = this.session;
    return tags.map(({ probability, present }, place) => ({ name: channels[place] ?? '', probability, present }));
  }

  async adapt(options: AdaptOptions): Promise<AdaptReport> {
    const { task } = await this.#settled();
    const anolis = this.#anolis;
    if (!task || !anolis) throw new LabelError('empty-support');
    const report = await task.adapt({
      ...options,
      onProgress: (progress) => {
        options.onProgress?.(progress);
        this.outside.tell('adapt', { progress });
      },
    });
    this.outside.tell('adapt', { report });
    if (report.used) await this.#keepAdapter(task, anolis);
    return report;
  }

  async #keepAdapter(task: Task, anolis: Anolis): Promise<void> {
    const { session } = this;
    const bytes = await task.adapter();
    if (bytes) session.setAdapter(session.kind, { bytes, weights: anolis.weightsHash });
  }

  // Every label is sent and every picture predicted.
  #settled(): Promise<Learner> {
    const learner = this.#learner;
    if (!learner) throw new Error('the network is not loaded');
    if (!this.#busy) return Promise.resolve(learner);
    return new Promise((resolve) => {
      for (const type of ['idle', 'stop']) learner.addEventListener(type, () => resolve(learner), { once: true });
    });
  }

  #picture(id: string): Picture {
    const picture = this.session.pictures.find((each) => each.id === id);
    if (!picture) throw new RangeError(`The widget has no picture ${id}.`);
    return picture;
  }

  #channelsOf({ kind, channels }: Settings): readonly string[] {
    return channels.length > 0 ? channels : this.session.tasks[kind].channels;
  }

  #render(): void {
    const { session } = this;
    const { tools } = this.settings;
    const open = session.pictures.length > 0;
    const content = html`<div lang=${messages.tongue}>
      ${this.#bar()}
      <div class="work ${open && tools.has('pictures') ? 'two' : ''}" part="work" @files=${(event: FilesEvent) => this.#addFiles(event.files)}>
        ${open ? this.#editor() : this.#empty()}
        ${
          open && tools.has('pictures')
            ? html`<anolis-pictures part="pictures" ?fixed=${!tools.has('open')} .session=${session} .onVisible=${this.#onVisible} @start-over=${this.#ask}></anolis-pictures>`
            : nothing
        }
      </div>
      ${
        tools.has('status')
          ? html`<anolis-status part="status" .text=${this.#status} .problems=${this.#problems} @dismiss=${this.#dismiss}></anolis-status>`
          : nothing
      }
      ${this.#asked ? html`<anolis-start-over @confirm=${() => session.startOver()}></anolis-start-over>` : nothing}
    </div>`;
    // In another language everything is said anew.
    render(keyed(messages, content), this.root, { host: this });
  }

  #bar() {
    if (this.#retry)
      return html`<div class="row failed"><button part="retry" @click=${this.#retry}>${messages.retry}</button></div>`;
    if (!this.#progress) return nothing;
    const { fraction } = this.#progress;
    const label = messages.loading(Math.round(100 * fraction));
    return html`<progress part="progress" max="1" .value=${fraction} aria-label=${label}></progress>`;
  }

  #editor() {
    const { session } = this;
    const { tools } = this.settings;
    const draw = tools.has('draw');
    const tags = draw && session.kind === 'tags';
    // Fetched once it is of use.
    if (tags) void import('../page/tags.js');
    return html`<div class="editor" part="editor">
      ${
        draw || tools.has('channels')
          ? html`<div class="row" part="tools" role="toolbar" aria-label=${messages.tools}>
              ${draw ? html`<anolis-toolbar .session=${session} ?fixed=${!tools.has('kind')}></anolis-toolbar>` : nothing}
              ${tools.has('channels') ? html`<anolis-channels .session=${session}></anolis-channels>` : nothing}
              <slot name="tools"></slot>
            </div>`
          : nothing
      }
      <anolis-canvas part="canvas" .session=${session} ?readonly=${!draw}></anolis-canvas>
      ${
        tools.has('settings')
          ? html`<div class="row" part="settings"><anolis-settings .session=${session} @accept=${this.#accept}></anolis-settings></div>`
          : nothing
      }
      ${tags ? html`<anolis-tags .session=${session} @search=${this.#search}></anolis-tags>` : nothing}
      ${
        tools.has('adapt')
          ? html`<anolis-adapt part="adapt" .session=${session} .adaptation=${this.#adaptation} ?ready=${this.#learner !== undefined} @adapt=${this.#onAdapt}></anolis-adapt>`
          : nothing
      }
    </div>`;
  }

  #empty() {
    return html`<div class="empty" part="empty">
      <slot name="empty">
        ${this.settings.tools.has('open') ? html`<anolis-open-button primary label=${messages.open}></anolis-open-button>` : nothing}
        <p class="soft">${messages.privacy}</p>
      </slot>
    </div>`;
  }

  #ask = async (): Promise<void> => {
    this.#asked = true;
    this.#render();
    const dialog = this.root.querySelector<StartOver>('anolis-start-over');
    await dialog?.updateComplete;
    dialog?.show();
  };

  #onChange = (): void => {
    const { pictures, tasks, kind } = this.session;
    if (pictures !== this.#known.pictures || tasks !== this.#known.tasks || kind !== this.#known.kind) this.#changed();
    this.#known = { pictures, tasks, kind };
    this.#render();
  };

  #onStroke = (): void => {
    if (!this.session.painting) this.#changed();
  };

  #onOverlay = (event: Event): void => {
    const { picture } = event as SessionEvent;
    if (picture?.tags) this.outside.tell('tags', { id: picture.id, tags: this.#tagsOf(picture.tags) });
    if (!picture?.prediction) return;
    this.outside.tell('predict', {
      id: picture.id,
      prediction: picture.prediction,
      full: picture.predicted === 'full',
    });
  };

  // One event for what happens at once.
  #changed(): void {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.outside.tell('change', { kind: this.session.kind });
    });
  }

  // The widget's own event of this name says what comes of it.
  #onAdapt = (event: AdaptEvent): void => {
    event.stopPropagation();
    this.#learner?.adapt(this.#adaptation, event);
  };

  #onAdaptation = (): void => {
    const { state, progress, report } = this.#adaptation;
    const last = progress.at(-1);
    if (report) this.outside.tell('adapt', { report });
    else if (state === 'running' && last) this.outside.tell('adapt', { progress: last });
  };

  #onVisible = (picture: Picture, visible: boolean): void => {
    for (const set of [this.#seen, this.#learner?.visible]) visible ? set?.add(picture) : set?.delete(picture);
  };

  #onDrag = (over: boolean): void => {
    this.root.querySelector('.work')?.classList.toggle('dragging', over && this.settings.tools.has('open'));
  };

  async #addFiles(files: readonly File[]): Promise<void> {
    if (!this.settings.tools.has('open')) return;
    const sorted = sortFiles(files);
    if (sorted.session) return this.open(sorted.session, sorted.pictures).catch((reason) => this.complain(reason));
    const { pictures, problems } = await readFiles([...sorted.pictures, ...sorted.videos, ...sorted.labels]);
    for (const problem of problems) this.complain(new Error(problem));
    if (pictures.length === 0) return;
    this.session.add(pictures);
    const opened = `${messages.opened(pictures.length)} ${messages.first[this.session.kind]}`;
    this.#say(this.#anolis ? opened : messages.loadingInBackground);
  }

  #accept = async (): Promise<void> => {
    const { selected } = this.session;
    if (!this.settings.tools.has('draw')) return;
    if (selected?.tags) this.session.acceptTags(selected);
    if (!selected?.prediction) return;
    try {
      const prediction = await this.#learner?.predict(selected);
      if (!prediction) return;
      this.session.setLabel(selected, labelFrom(prediction));
      this.#say(messages.accepted);
    } catch (reason) {
      this.complain(reason as Error);
    }
  };

  #search = async ({ op, a, b, answer }: SearchEvent): Promise<void> => {
    try {
      answer((await this.#learner?.search(op, a, b)) ?? []);
    } catch (reason) {
      this.complain(reason as Error);
    }
  };

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    this.outside.busy(busy);
  }

  #say(text: string): void {
    this.#status = text;
    this.#render();
  }

  #dismiss = (event: CustomEvent<string>): void => {
    this.#problems = this.#problems.filter((problem) => problem !== event.detail);
    this.#render();
  };
}

function tagsOf(label: TagLabel, kind: Kind, channels: readonly string[]): AnyLabel {
  const { tags, not = [] } = label;
  if (kind !== 'tags') throw new LabelError('label-kind');
  if (![...tags, ...not].every((name) => channels.includes(name)) || tags.some((name) => not.includes(name)))
    throw new LabelError('label-tags');
  return fromLibraryTags(label, channels);
}
