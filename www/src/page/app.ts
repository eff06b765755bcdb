import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { type Anolis, AnolisError, type Notice, type Progress } from '../anolis/public/index.js';
import './header.js';
import './status.js';
import './welcome.js';
import type { AdaptEvent } from './adapt.js';
import { download, fileName } from './download.js';
import type { Editor } from './editor.js';
import type { Elsewhere } from './elsewhere.js';
import type { Exchange } from './exchange.js';
import type { SampleEvent } from './gallery.js';
import type { Help } from './help.js';
import { listenForFiles, sortFiles } from './incoming.js';
import type { FrameEvent } from './live.js';
import { awaitGpuRuntime, load, requestedBackend, requestedWeights } from './loader.js';
import { keepLocale, type Locale, preferredLocale, speak } from './locale.js';
import { messages } from './messages.js';
import { labelFrom } from './model/accept.js';
import { Adaptation } from './model/adaptation.js';
import { ElsewhereEvent, Keeper, type SaveEvent } from './model/keeper.js';
import { Learner, type LearnerEvent } from './model/learner.js';
import type { Picture } from './model/picture.js';
import { readFiles } from './model/read-files.js';
import { fetchLabels, fetchSamples, inWords, type SampleSet } from './model/samples.js';
import { newTasks, Session } from './model/session.js';
import { Observe } from './observe.js';
import { keepForOffline } from './offline.js';
import type { FilesEvent } from './open-button.js';
import type { SearchEvent } from './search.js';
import { sentence } from './sentence.js';
import type { Sessions } from './sessions.js';
import { listenToShortcuts } from './shortcuts.js';
import type { StartOver } from './start-over.js';
import { shared } from './styles.js';

/** What pictures are worked on with: fetched before them where there are any, else while nothing else is to do. */
const bench = () => Promise.all([import('./editor.js'), import('./pictures.js')]);

/**
 * The page. `data-state` is `loading`, `ready` or `failed`, `data-backend` where the network runs,
 * `data-idle` is present while every prediction is up to date, and `data-session` says whether what was made
 * is kept: `saving`, `saved` or `failed`.
 */
@customElement('anolis-app')
export class App extends LitElement {
  readonly session = new Session();
  readonly adaptation = new Adaptation();
  readonly keeper = new Keeper(this.session);
  @state() private anolis: Anolis | undefined;
  @state() private progress: Progress | undefined;
  @state() private locale: Locale | undefined;
  @state() private failed = false;
  @state() private gpuReady = false;
  @state() private dragging = false;
  @state() private restored = false;
  /** What is followed live. */
  @state() private followed: File | 'camera' | undefined;
  @state() private status = '';
  @state() private problems: readonly string[] = [];
  @query('anolis-start-over') private startOver!: StartOver;
  @query('anolis-sessions') private sessions!: Sessions;
  @query('anolis-help') private help!: Help;
  @query('anolis-exchange') private exchange!: Exchange;
  @query('anolis-editor') private editor!: Editor;
  @query('anolis-elsewhere') private elsewhere!: Elsewhere;
  @query('#session-file') private sessionFile!: HTMLInputElement;
  #learner: Learner | undefined;
  #stops: (() => void)[] = [];

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
        height: 100dvh;
      }
      main {
        min-height: 0;
      }
      .work {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(400px, 36%);
      }
      .work[data-live] {
        grid-template-rows: auto minmax(0, 1fr);
      }
      .work[data-live] anolis-editor {
        grid-row: 1 / -1;
      }
      main:not(.work) anolis-live {
        --live-height: 62vh;
        width: min(100%, 960px);
        margin: 0 auto;
      }
      .work anolis-live {
        border-left: 1px solid var(--line);
      }
      .drop {
        position: fixed;
        inset: 12px;
        z-index: 10;
        display: grid;
        place-items: center;
        border: 2px dashed var(--accent);
        border-radius: var(--radius);
        background: color-mix(in srgb, var(--panel) 85%, transparent);
        font-size: 1.2rem;
        pointer-events: none;
      }
      @media (max-width: 900px) {
        .work[data-live] {
          grid-template-rows: none;
        }
        .work[data-live] anolis-editor {
          grid-row: auto;
        }
        .work anolis-live {
          border: 0;
        }
        :host {
          height: auto;
          min-height: 100dvh;
        }
        .work {
          grid-template-columns: minmax(0, 1fr);
          align-content: start;
        }
        footer {
          position: sticky;
          bottom: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
    this.session.addEventListener('overlay', () => {
      this.#fresh = true;
    });
    let { id } = this.session;
    this.session.addEventListener('change', () => {
      if (id !== this.session.id) this.adaptation.clear();
      id = this.session.id;
    });
    this.dataset['state'] = 'loading';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      listenToShortcuts(this.session, {
        accept: () => void this.#accept(),
        suggest: () => void this.#suggest(),
        help: () => void this.#showHelp(),
        save: () => void this.#saveFile(),
        open: () => this.sessionFile.click(),
      }),
      listenForFiles(
        (files) => void this.#addFiles(files),
        (over) => {
          this.dragging = over;
        },
      ),
    ];
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    this.#learner?.stop();
    this.anolis?.dispose();
  }

  override render() {
    if (!this.locale) return nothing;
    return html`${keyed(this.locale, this.#page(this.locale))}`;
  }

  #page(locale: Locale) {
    return html`
      <anolis-header
        .backend=${this.anolis?.backend}
        .progress=${this.progress}
        .milliseconds=${this.session.selected?.prediction?.milliseconds}
        .failed=${this.failed}
        .gpuReady=${this.gpuReady}
        @retry=${() => this.#load(requestedBackend(location.search))}
        @switch-to-gpu=${() => this.#load('webgpu')}
        ?exports=${this.session.pictures.length > 0 && this.session.kind !== 'tags'}
        @help=${this.#showHelp}
        @sessions=${this.#showSessions}
        @export=${this.#showExchange}
      ></anolis-header>
      <main class=${this.session.pictures.length > 0 ? 'work' : ''} ?data-live=${this.followed !== undefined} @files=${(event: FilesEvent) => this.#addFiles(event.files)} @sample=${(event: SampleEvent) => this.#addSamples(event.set)} @camera=${() => this.#follow('camera')}>
        ${this.#main()} ${this.#live()} ${this.#all()}
      </main>
      <footer><anolis-status .locale=${locale} @locale=${this.#speak} .text=${this.status} .problems=${this.problems} @dismiss=${this.#dismiss}></anolis-status></footer>
      <anolis-help></anolis-help>
      <anolis-start-over @confirm=${() => this.keeper.remove(this.session.id)}></anolis-start-over>
      <anolis-sessions
        .keeper=${this.keeper}
        .session=${this.session}
        @open=${(event: CustomEvent<string>) => this.#openSession(event.detail)}
        @begin=${this.#begin}
        @open-file=${() => this.sessionFile.click()}
        @save-file=${this.#saveFile}
        @problem=${(event: CustomEvent<string>) => this.#complain(event.detail)}
      ></anolis-sessions>
      <anolis-exchange
        .session=${this.session}
        .learner=${() => this.#learner}
        @say=${(event: CustomEvent<string>) => this.#say(event.detail)}
        @problem=${(event: CustomEvent<string>) => this.#complain(event.detail)}
      ></anolis-exchange>
      <anolis-elsewhere @take-over=${this.#takeOver} @begin=${this.#begin}></anolis-elsewhere>
      <input id="session-file" hidden type="file" accept=".anolis" aria-label=${messages.session.openFile} @change=${this.#chosen} />
      ${this.dragging ? html`<div class="drop">${messages.drop}</div>` : ''}
    `;
  }

  #main() {
    // Nothing at all until it is known whether there is a session to come back to.
    if (!this.restored) return '';
    if (this.session.pictures.length === 0)
      return this.followed ? '' : html`<anolis-welcome .session=${this.session}></anolis-welcome>`;
    return html`
      <anolis-editor
        .session=${this.session}
        .adaptation=${this.adaptation}
        ?ready=${this.anolis !== undefined}
        @accept=${() => this.#accept()}
        @suggest=${() => this.#suggest()}
        @search=${this.#search}
        @adapt=${(event: AdaptEvent) => this.#learner?.adapt(this.adaptation, event)}
      ></anolis-editor>
    `;
  }

  // Apart from what is before and after it, so that a video plays on when the first picture comes.
  #live() {
    if (!this.followed) return nothing;
    return html`<anolis-live
      .session=${this.session}
      .learner=${this.anolis && this.#learner}
      .source=${this.followed}
      @frame=${(event: FrameEvent) => this.#labelFrame(event.file)}
      @say=${(event: CustomEvent<string>) => this.#say(event.detail)}
      @problem=${(event: CustomEvent<string>) => this.#complain(event.detail)}
      @close=${() => {
        this.followed = undefined;
      }}
    ></anolis-live>`;
  }

  #all() {
    if (!this.restored || this.session.pictures.length === 0) return nothing;
    return html`<anolis-pictures videos .session=${this.session} .onVisible=${this.#onVisible} @start-over=${this.#askStartOver}></anolis-pictures>`;
  }

  async #open(): Promise<void> {
    const wanted = preferredLocale();
    // English is here already; the others are fetched.
    const spoken =
      wanted === 'en' ||
      (await speak(wanted).then(
        () => true,
        () => false,
      ));
    this.#spoken(spoken ? wanted : 'en');
    void this.#restore();
    void this.#load(requestedBackend(location.search));
  }

  async #restore(): Promise<void> {
    this.keeper.addEventListener('save', this.#onSave);
    this.keeper.addEventListener('elsewhere', this.#onElsewhere);
    try {
      if (await this.keeper.start()) this.#say(messages.restored);
    } catch {
      this.#complain(messages.notSaved);
    }
    if (this.session.pictures.length > 0) await bench();
    this.restored = true;
    // Once what is here now is drawn.
    requestAnimationFrame(() => setTimeout(bench));
  }

  #onSave = (event: Event): void => {
    const { state, reason } = event as SaveEvent;
    this.dataset['session'] = state;
    if (state !== 'failed') return;
    this.#complain((reason as Error).name === 'QuotaExceededError' ? messages.session.full : messages.notSaved);
  };

  #elsewhere = '';

  #onElsewhere = (event: Event): void => {
    this.#elsewhere = (event as ElsewhereEvent).id;
    void import('./elsewhere.js').then(() => this.updateComplete).then(() => this.elsewhere.show());
  };

  #takeOver = (): Promise<void> => this.#openSession(this.#elsewhere, true);

  #askStartOver = async (): Promise<void> => {
    await import('./start-over.js');
    await this.startOver.show();
  };

  #showSessions = async (): Promise<void> => {
    await import('./sessions.js');
    await this.sessions.show();
  };

  #showExchange = async (): Promise<void> => {
    await import('./exchange.js');
    await this.exchange.show();
  };

  async #openSession(id: string, force = false): Promise<void> {
    await this.#leave(async () => {
      if (await this.keeper.open(id, force)) this.#say(messages.session.opened(this.session.name));
      else if (!force) this.#onElsewhere(new ElsewhereEvent(id));
    });
  }

  #begin = (): Promise<void> => this.#leave(() => this.keeper.begin());

  // A session that cannot be kept is not left.
  async #leave(act: () => Promise<void>, problem = messages.session.unsaved): Promise<void> {
    try {
      await act();
    } catch (reason) {
      this.#complain(reason instanceof AnolisError ? sentence(reason) : problem);
    }
  }

  #openFile(file: File, given: readonly File[] = []): Promise<void> {
    return this.#leave(async () => {
      for (const problem of await this.keeper.openFile(file, given)) this.#complain(problem);
      this.#say(messages.session.opened(this.session.name));
    });
  }

  #chosen = async (): Promise<void> => {
    const [file] = this.sessionFile.files ?? [];
    if (file) await this.#openFile(file);
    // So that choosing the same file again is a change.
    this.sessionFile.value = '';
  };

  #saveFile = async (): Promise<void> => {
    if (this.session.pictures.length === 0) return;
    const name = fileName(this.session.name, 'anolis');
    await this.#leave(async () => {
      download(await this.keeper.toFile(), name);
      this.#say(messages.session.saved(name));
    }, messages.session.notWritten);
  };

  async #load(backend: ReturnType<typeof requestedBackend>): Promise<void> {
    this.#learner?.stop();
    this.anolis?.dispose();
    this.anolis = undefined;
    this.failed = false;
    this.gpuReady = false;
    this.dataset['state'] = 'loading';
    try {
      const anolis = await load(backend, this.#onProgress, this.#onNotice);
      this.anolis = anolis;
      this.#learn(anolis);
      this.dataset['state'] = 'ready';
      this.dataset['backend'] = anolis.backend;
      this.#say(messages.ready(messages.backend[anolis.backend]));
      void keepForOffline(anolis.backend, anolis.threads, requestedWeights(location.search));
    } catch (reason) {
      this.failed = true;
      this.dataset['state'] = 'failed';
      this.#complain(sentence(reason));
    }
    this.dispatchEvent(new Event(this.failed ? 'error' : 'load'));
  }

  #learn(anolis: Anolis): void {
    for (const picture of this.session.pictures) picture.state = 'waiting';
    const learner = new Learner(this.session, anolis);
    learner.addEventListener('problem', (event) => this.#complain((event as LearnerEvent).message));
    learner.addEventListener('notice', (event) => this.#say((event as LearnerEvent).message));
    learner.addEventListener('busy', () => this.removeAttribute('data-idle'));
    learner.addEventListener('idle', this.#onIdle);
    this.#learner = learner;
    for (const picture of this.#seen) learner.visible.add(picture);
  }

  readonly #seen = new Set<Picture>();

  /** Whether something was predicted since the learner was idle last. */
  #fresh = false;

  #onIdle = (): void => {
    this.setAttribute('data-idle', '');
    if (!this.#fresh) return;
    this.#fresh = false;
    if (this.session.order === 'doubt') this.session.sort('doubt');
    const predicted = this.session.pictures.filter((picture) => picture.predicted === 'full').length;
    if (predicted > 0) this.#say(messages.predicted(predicted));
  };

  #onVisible = (picture: Picture, visible: boolean): void => {
    for (const set of [this.#seen, this.#learner?.visible]) visible ? set?.add(picture) : set?.delete(picture);
  };

  #onProgress = (progress: Progress): void => {
    if (progress.phase !== this.progress?.phase) this.#say(messages.phases[progress.phase]);
    this.progress = progress;
  };

  #onNotice = (notice: Notice): void => {
    if (notice.code === 'runtime-missing') awaitGpuRuntime(() => (this.gpuReady = true));
    // Most people have no use for knowing why the CPU was taken; it is there for those who look.
    console.info(`anolis: ${notice.code}: ${notice.message}`);
    this.dataset['notices'] = [this.dataset['notices'], notice.code].filter(Boolean).join(' ');
    if (notice.code === 'device-lost' || notice.code === 'worker-crashed') this.#complain(sentence(notice));
    if (this.anolis) this.dataset['backend'] = this.anolis.backend;
    this.requestUpdate();
  };

  async #addFiles(files: readonly File[], prepare?: (pictures: readonly Picture[]) => Promise<void>): Promise<void> {
    const sorted = sortFiles(files);
    if (sorted.session) return this.#openFile(sorted.session, sorted.pictures);
    const [video, another] = sorted.videos;
    if (video) await this.#follow(video);
    if (another) this.#complain(messages.live.several);
    const { pictures, problems } = await readFiles(sorted.pictures);
    for (const problem of problems) this.#complain(problem);
    if (pictures.length > 0) await this.#addPictures(pictures, prepare);
    if (sorted.labels.length === 0) return;
    await import('./exchange.js');
    await this.exchange.read(sorted.labels);
  }

  async #follow(source: File | 'camera'): Promise<void> {
    await import('./live.js');
    this.followed = source;
  }

  async #labelFrame(file: File): Promise<void> {
    await this.#addFiles([file]);
    const picture = this.session.pictures.find(({ file: same }) => same === file);
    if (!picture) return;
    this.session.select(picture);
    await this.updateComplete;
    await bench();
    await this.editor.begin();
  }

  async #addPictures(
    pictures: readonly Picture[],
    prepare?: (pictures: readonly Picture[]) => Promise<void>,
  ): Promise<void> {
    await prepare?.(pictures);
    // What was scrolled to on the welcome page is gone; the picture begins at the top.
    if (this.session.pictures.length === 0) window.scrollTo(0, 0);
    this.session.add(pictures);
    this.#say(this.anolis ? messages.opened(pictures.length) : messages.loadingInBackground);
  }

  // What is shown is smaller than the picture, so it is asked for again.
  async #accept(): Promise<void> {
    const { session } = this;
    const { selected } = session;
    if (selected?.tags) {
      session.acceptTags(selected);
      this.#say(messages.accepted);
    }
    if (!selected?.prediction) return;
    try {
      const prediction = await this.#learner?.predict(selected);
      if (!prediction || prediction.kind !== session.kind) return;
      session.setLabel(selected, labelFrom(prediction));
      this.#say(messages.accepted);
    } catch (reason) {
      this.#complain(sentence(reason));
    }
  }

  #search = async ({ op, a, b, answer }: SearchEvent): Promise<void> => {
    try {
      answer((await this.#learner?.search(op, a, b)) ?? []);
    } catch (reason) {
      this.#complain(sentence(reason));
    }
  };

  #speak = async ({ detail }: CustomEvent<Locale>): Promise<void> => {
    await speak(detail);
    keepLocale(detail);
    this.#spoken(detail);
  };

  // Names that nobody chose are in the language that is spoken.
  #spoken(locale: Locale): void {
    if (this.session.pictures.length === 0) this.session.tasks = newTasks();
    document.documentElement.lang = locale;
    this.status = '';
    this.locale = locale;
  }

  #showHelp = async (): Promise<void> => {
    await import('./help.js');
    await this.help.show();
  };

  async #suggest(): Promise<void> {
    try {
      const next = await this.#learner?.suggest();
      if (next) this.session.select(next);
      this.#say(next ? messages.suggested(next.name) : messages.nothingToSuggest);
    } catch (reason) {
      this.#complain(sentence(reason));
    }
  }

  async #addSamples(set: SampleSet): Promise<void> {
    try {
      const files = await fetchSamples(set);
      await this.#addFiles(files, async (pictures) => {
        await fetchLabels(set, pictures);
        this.session.beginTask(set.kind, set.channels.map(inWords));
      });
    } catch {
      this.#complain(messages.sampleFailed);
    }
  }

  #say(text: string): void {
    this.status = text;
  }

  #complain(problem: string): void {
    if (!this.problems.includes(problem)) this.problems = [...this.problems, problem];
  }

  #dismiss = (event: CustomEvent<string>): void => {
    this.problems = this.problems.filter((problem) => problem !== event.detail);
  };
}
