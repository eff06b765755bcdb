import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { TilesProgress } from '../anolis/public/index.js';
import { download } from './download.js';
import type { NamedFile, OpenPicture } from './formats/content.js';
import { exportFile } from './formats/export.js';
import { type FormatName, formatsOf } from './formats/formats.js';
import { gather, type What } from './formats/gather.js';
import { readLabels } from './formats/import.js';
import { merge } from './formats/merge.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Label } from './model/label.js';
import type { Learner } from './model/learner.js';
import type { Picture } from './model/picture.js';
import type { Session } from './model/session.js';
import { sentence } from './sentence.js';
import { dialogs, shared } from './styles.js';

const whats: readonly What[] = ['both', 'labels', 'predictions'];

/** Labels and predictions to and from other programs. Fires `say` and `problem` with a sentence. */
@customElement('anolis-exchange')
export class Exchange extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** How predictions are made; nothing where there is no network yet. */
  @property({ attribute: false }) learner: () => Learner | undefined = () => undefined;
  @state() private what: What = 'both';
  @state() private format: FormatName = 'masks';
  @state() private withPictures = false;
  @state() private inTiles = false;
  @state() private progress = '';
  @state() private running: AbortController | undefined;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('input[type="file"]') private input!: HTMLInputElement;

  static override styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(460px, calc(100vw - 24px));
      }
      fieldset {
        display: grid;
        gap: 4px;
        margin: 12px 0 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        font-weight: 600;
        font-size: 0.87rem;
      }
      label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: var(--small);
      }
      label input {
        flex: none;
        width: 16px;
        height: 16px;
        margin: 0;
      }
      .format {
        justify-content: space-between;
        margin-top: 8px;
      }
      select {
        flex: 0 1 240px;
        min-width: 0;
      }
      .read {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 12px;
        align-items: center;
        margin-top: 16px;
        padding-top: 16px;
        border-top: 1px solid var(--line);
        font-size: 0.87rem;
      }
    `,
  ];

  /** Opens the dialog for the task that is worked on. */
  async show(): Promise<void> {
    const fitting = formatsOf(this.session.kind);
    if (!fitting.includes(this.format)) this.format = fitting[0] as FormatName;
    await this.updateComplete;
    this.requestUpdate();
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    const text = messages.exchange;
    return html`<dialog aria-labelledby="title" @close=${() => this.running?.abort()}>
      <div class="head">
        <h2 id="title">${text.title}</h2>
        <button class="icon plain" aria-label=${messages.close} @click=${() => this.dialog.close()}>${icons.close}</button>
      </div>
      <fieldset>
        <legend>${text.what}</legend>
        ${whats.map(
          (what) => html`<label>
            <input type="radio" name="what" .checked=${this.what === what} @change=${() => (this.what = what)} />${text.whats[what]}
          </label>`,
        )}
      </fieldset>
      <label class="format">
        ${text.format}
        <select data-testid="format" @change=${this.#chooseFormat}>
          ${formatsOf(this.session.kind).map(
            (name) => html`<option value=${name} ?selected=${name === this.format}>${text.formats[name]}</option>`,
          )}
        </select>
      </label>
      <label>
        <input type="checkbox" .checked=${this.withPictures} @change=${() => (this.withPictures = !this.withPictures)} />${text.withPictures}
      </label>
      <label ?hidden=${this.what === 'labels'}>
        <input type="checkbox" .checked=${this.inTiles} @change=${() => (this.inTiles = !this.inTiles)} />${text.inTiles}
      </label>
      <div class="actions">
        ${this.running ? html`<span role="status">${this.progress}</span><button @click=${() => this.running?.abort()}>${messages.cancel}</button>` : nothing}
        <button ?disabled=${this.running !== undefined} data-testid="export" @click=${this.#export}>${icons.save}${text.write}</button>
      </div>
      <div class="read">
        <p class="soft">${text.importText}</p>
        <button @click=${() => this.input.click()}>${icons.folder}${text.read}</button>
      </div>
      <input hidden type="file" multiple accept=".json,.txt,.yaml,.yml,.xml,.csv,.png,.zip" aria-label=${text.read} @change=${this.#chosen} />
    </dialog>`;
  }

  #chooseFormat = (event: Event): void => {
    this.format = (event.target as HTMLSelectElement).value as FormatName;
  };

  #export = async (): Promise<void> => {
    // Without a label nothing can be predicted either.
    if (!this.session.pictures.some((picture) => this.session.isLabelled(picture)))
      return this.#tell('problem', messages.exchange.empty);
    const running = new AbortController();
    this.running = running;
    this.progress = '';
    try {
      const { content, pictures, missing } = await gather(this.session, {
        what: this.what,
        predict: async (picture) => {
          const learner = this.learner();
          if (!this.inTiles) return learner?.predict(picture);
          const place = this.progress;
          const onProgress = ({ done, total }: TilesProgress) => {
            this.progress = messages.exchange.tile(place, done, total);
          };
          return learner?.predictTiles(picture, { onProgress, signal: running.signal });
        },
        onProgress: (done, count) => {
          this.progress = messages.exchange.predicting(done + 1, count);
        },
        signal: running.signal,
      });
      if (missing > 0) this.#tell('problem', messages.exchange.notPredicted(missing));
      if (content.sheets.length === 0) return void (missing > 0 || this.#tell('problem', messages.exchange.empty));
      const files: NamedFile[] = [];
      if (this.withPictures)
        for (const [place, { name }] of content.sheets.entries())
          files.push({
            name: `images/${name}`,
            data: new Uint8Array(await (pictures[place] as Picture).file.arrayBuffer()),
          });
      const file = await exportFile(content, this.format, files);
      running.signal.throwIfAborted();
      download(file, file.name);
      this.#tell('say', messages.exchange.exported(file.name, content.sheets.length));
      this.dialog.close();
    } catch (reason) {
      if (!running.signal.aborted) this.#tell('problem', sentence(reason));
    } finally {
      this.running = undefined;
    }
  };

  #chosen = async (): Promise<void> => {
    const files = [...(this.input.files ?? [])];
    if (files.length > 0) await this.read(files);
    // So that choosing the same file again is a change.
    this.input.value = '';
  };

  /** Puts what files say onto the open pictures; all of it, or nothing where one of them is damaged. */
  async read(files: readonly File[]): Promise<void> {
    const { session } = this;
    try {
      const named = files.map(async (file) => ({ name: file.name, data: new Uint8Array(await file.arrayBuffer()) }));
      const { kind, channels, activeChannel } = session;
      const components = session.tasks.map.channels;
      const wanted = { kind, channels, components, component: kind === 'map' ? activeChannel - 1 : 0 };
      const imported = readLabels(await Promise.all(named), session.pictures, wanted);
      for (const problem of imported.problems) this.#tell('problem', problem);
      const labelled = session.pictures.some((picture) => picture.labels[imported.kind] !== undefined);
      const present = session.tasks[imported.kind].channels;
      const former = (picture: OpenPicture) => (picture as Picture).labels[imported.kind] as Label | undefined;
      const merged = labelled || imported.channels.length === 0 ? merge(imported, present, former) : imported;
      const labels = new Map<Picture, Label>();
      for (const picture of session.pictures) {
        const label = merged.labels.get(picture);
        if (label) labels.set(picture, label);
      }
      if (labels.size > 0) session.takeLabels(imported.kind, merged.channels, labels);
      this.#tell('say', messages.exchange.imported(labels.size));
      this.dialog.close();
    } catch (reason) {
      this.#tell('problem', sentence(reason));
    }
  }

  #tell(type: 'say' | 'problem', detail: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
