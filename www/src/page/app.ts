import { css, html, LitElement } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Anolis, Notice, Progress } from '../anolis/public/index.js';
import './editor.js';
import './header.js';
import './pictures.js';
import './start-over.js';
import './status.js';
import './welcome.js';
import type { AdaptEvent } from './adapt.js';
import type { SampleEvent } from './gallery.js';
import { listenForFiles } from './incoming.js';
import { awaitGpuRuntime, load, requestedBackend } from './loader.js';
import { messages } from './messages.js';
import { labelFrom } from './model/accept.js';
import { Adaptation } from './model/adaptation.js';
import { autosave, type SaveState } from './model/autosave.js';
import { Learner, type LearnerEvent } from './model/learner.js';
import type { Picture } from './model/picture.js';
import { readFiles } from './model/read-files.js';
import { fetchLabels, fetchSamples, type SampleSet } from './model/samples.js';
import { Session } from './model/session.js';
import { Storage } from './model/storage.js';
import { Observe } from './observe.js';
import { keepForOffline } from './offline.js';
import type { FilesEvent } from './open-button.js';
import type { SearchEvent } from './search.js';
import { listenToShortcuts } from './shortcuts.js';
import type { StartOver } from './start-over.js';
import { shared } from './styles.js';

/**
 * The page. `data-state` is `loading`, `ready` or `failed`, `data-backend` where the network runs,
 * `data-idle` is present while every prediction is up to date, and `data-session` says whether what was made
 * is kept: `saving`, `saved` or `failed`.
 */
@customElement('anolis-app')
export class App extends LitElement {
  readonly session = new Session();
  readonly adaptation = new Adaptation();
  @state() private anolis: Anolis | undefined;
  @state() private progress: Progress | undefined;
  @state() private failed = false;
  @state() private gpuReady = false;
  @state() private dragging = false;
  @state() private restored = false;
  @state() private status = '';
  @state() private problems: readonly string[] = [];
  @query('anolis-start-over') private startOver!: StartOver;
  #learner: Learner | undefined;
  #storage: Storage | undefined;
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
    this.dataset['state'] = 'loading';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      listenToShortcuts(this.session, { accept: () => void this.#accept(), suggest: () => void this.#suggest() }),
      listenForFiles(
        (files) => void this.#addFiles(files),
        (over) => {
          this.dragging = over;
        },
      ),
    ];
    void this.#restore();
    void this.#load(requestedBackend(location.search));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    this.#learner?.stop();
    this.anolis?.dispose();
  }

  override render() {
    return html`
      <anolis-header
        .backend=${this.anolis?.backend}
        .progress=${this.progress}
        .milliseconds=${this.session.selected?.prediction?.milliseconds}
        .failed=${this.failed}
        .gpuReady=${this.gpuReady}
        @retry=${() => this.#load(requestedBackend(location.search))}
        @switch-to-gpu=${() => this.#load('webgpu')}
      ></anolis-header>
      <main class=${this.session.pictures.length > 0 ? 'work' : ''} @files=${(event: FilesEvent) => this.#addFiles(event.files)} @sample=${(event: SampleEvent) => this.#addSamples(event.set)}>
        ${this.#main()}
      </main>
      <footer><anolis-status .text=${this.status} .problems=${this.problems} @dismiss=${this.#dismiss}></anolis-status></footer>
      <anolis-start-over @confirm=${this.#startOver}></anolis-start-over>
      ${this.dragging ? html`<div class="drop">${messages.drop}</div>` : ''}
    `;
  }

  #main() {
    // Nothing at all until it is known whether there is a session to come back to.
    if (!this.restored) return '';
    if (this.session.pictures.length === 0) return html`<anolis-welcome .session=${this.session}></anolis-welcome>`;
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
      <anolis-pictures .session=${this.session} .onVisible=${this.#onVisible} @start-over=${() => this.startOver.ask()}></anolis-pictures>
    `;
  }

  async #restore(): Promise<void> {
    try {
      const storage = await Storage.open();
      this.#storage = storage;
      const [last] = await storage.list();
      if (last && (await storage.restore(this.session, last.id))) this.#say(messages.restored);
      // A phone may never wake the tab again.
      addEventListener('pagehide', autosave(this.session, storage, this.#onSave));
    } catch {
      this.#complain(messages.notSaved);
    }
    this.restored = true;
  }

  #onSave = (state: SaveState): void => {
    this.dataset['session'] = state;
    if (state === 'failed') this.#complain(messages.notSaved);
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
      void keepForOffline(anolis.backend);
    } catch (reason) {
      this.failed = true;
      this.dataset['state'] = 'failed';
      this.#complain((reason as Error).message);
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
    if (notice.code === 'device-lost' || notice.code === 'worker-crashed') this.#complain(notice.message);
    if (this.anolis) this.dataset['backend'] = this.anolis.backend;
    this.requestUpdate();
  };

  async #addFiles(files: readonly File[], prepare?: (pictures: readonly Picture[]) => Promise<void>): Promise<void> {
    const { pictures, problems } = await readFiles(files);
    for (const problem of problems) this.#complain(problem);
    if (pictures.length === 0) return;
    await prepare?.(pictures);
    this.session.add(pictures);
    const { kind } = this.session;
    this.#say(
      this.anolis ? `${messages.opened(pictures.length)} ${messages.first[kind]}` : messages.loadingInBackground,
    );
  }

  #startOver = (): void => {
    const { id } = this.session;
    this.adaptation.clear();
    this.session.startOver();
    void this.#storage?.remove(id);
  };

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
      this.#complain((reason as Error).message);
    }
  }

  #search = async ({ op, a, b, answer }: SearchEvent): Promise<void> => {
    try {
      answer((await this.#learner?.search(op, a, b)) ?? []);
    } catch (reason) {
      this.#complain((reason as Error).message);
    }
  };

  async #suggest(): Promise<void> {
    try {
      const next = await this.#learner?.suggest();
      if (next) this.session.select(next);
      this.#say(next ? messages.suggested(next.name) : messages.nothingToSuggest);
    } catch (reason) {
      this.#complain((reason as Error).message);
    }
  }

  async #addSamples(set: SampleSet): Promise<void> {
    try {
      const files = await fetchSamples(set);
      await this.#addFiles(files, async (pictures) => {
        await fetchLabels(set, pictures);
        this.session.beginTask(set.kind, set.channels);
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
