import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Keeper } from './model/keeper.js';
import type { Session } from './model/session.js';
import type { SessionInfo } from './model/storage.js';
import { dialogs, shared } from './styles.js';

/**
 * Everything that is kept in this browser, to open, name and delete. Fires `open` with an id, `begin`, `open-file`, `save-file`
 * and `problem` with a sentence.
 */
@customElement('anolis-sessions')
export class Sessions extends LitElement {
  @property({ attribute: false }) keeper!: Keeper;
  @property({ attribute: false }) session!: Session;
  @state() private kept: readonly SessionInfo[] = [];
  @state() private doubtful: string | undefined;
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(560px, calc(100vw - 24px));
      }
      .actions {
        justify-content: start;
        margin: 12px 0 16px;
      }
      ul {
        display: grid;
        gap: 8px;
        max-height: min(420px, 55vh);
        overflow-y: auto;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 2px 8px;
        align-items: center;
        padding: 8px;
        border: 1px solid var(--line);
        border-radius: 8px;
      }
      li[data-current] {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      input {
        min-width: 0;
        min-height: var(--small);
        padding: 0 6px;
        border: 1px solid transparent;
        border-radius: 6px;
        background: none;
        font-weight: 600;
      }
      input:hover,
      input:focus {
        border-color: var(--line);
        background: var(--panel);
      }
      li p {
        grid-column: 1 / -1;
        padding: 0 7px;
        font-size: 0.85rem;
      }
      .question {
        display: flex;
        flex-wrap: wrap;
        grid-column: 1 / -1;
        gap: 8px;
        align-items: center;
        justify-content: end;
      }
      .question span {
        flex: 1 1 200px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Opens the dialog with what is kept now. */
  async show(): Promise<void> {
    this.doubtful = undefined;
    await this.#list();
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  protected override firstUpdated(): void {
    this.keeper.addEventListener('save', () => this.dialog.open && void this.#list());
  }

  override render() {
    const text = messages.session;
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${text.all}</h2>
        <button class="icon plain" aria-label=${messages.close} @click=${() => this.dialog.close()}>${icons.close}</button>
      </div>
      <div class="actions">
        <button @click=${() => this.#leave('begin')}>${icons.plus}${text.begin}</button>
        <button @click=${() => this.#leave('open-file')}>${icons.folder}${text.openFile}</button>
        <button ?disabled=${this.session.pictures.length === 0} @click=${() => this.#leave('save-file')}>${icons.save}${text.saveFile}</button>
      </div>
      ${this.kept.length === 0 ? html`<p class="soft">${text.none}</p>` : nothing}
      <ul>
        ${repeat(
          this.kept,
          ({ id }) => id,
          (info) => this.#row(info),
        )}
      </ul>
    </dialog>`;
  }

  #row(info: SessionInfo) {
    const { id, pictures, changed } = info;
    const current = id === this.session.id;
    const name = info.name || messages.session.untitled;
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
    const facts = [messages.session.pictures(pictures), when.format(changed)];
    if (current) facts.push(messages.session.current);
    return html`<li data-testid="session" ?data-current=${current}>
      <input
        aria-label=${messages.session.name}
        .value=${info.name}
        placeholder=${messages.session.untitled}
        maxlength="100"
        @change=${(event: Event) => this.#rename(id, (event.target as HTMLInputElement).value)}
      />
      <button class="small" ?hidden=${current} @click=${() => this.#leave('open', id)}>${messages.session.open}</button>
      <button class="icon small plain" aria-label=${messages.session.remove(name)} title=${messages.session.remove(name)} @click=${() => this.#ask(id)}>
        ${icons.bin}
      </button>
      <p class="soft">${facts.join(' · ')}</p>
      ${this.doubtful === id ? this.#question(id, name) : nothing}
    </li>`;
  }

  #question(id: string, name: string) {
    return html`<div class="question" role="group" aria-label=${messages.session.removeQuestion(name)}>
      <span>${messages.session.removeQuestion(name)}</span>
      <button class="small" @click=${() => this.#ask(undefined)}>${messages.cancel}</button>
      <button class="small" data-testid="confirm" @click=${() => this.#remove(id)}>${messages.session.confirm}</button>
    </div>`;
  }

  #ask(id: string | undefined): void {
    this.doubtful = id;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.question button')?.focus());
  }

  async #rename(id: string, name: string): Promise<void> {
    await this.keeper.rename(id, name);
    await this.#list();
  }

  async #remove(id: string): Promise<void> {
    this.doubtful = undefined;
    if (!(await this.keeper.remove(id))) this.#tell('problem', messages.session.busy);
    await this.#list();
  }

  async #list(): Promise<void> {
    const { id, name } = this.session;
    const kept = await this.keeper.list();
    // A new name may not be kept yet.
    this.kept = kept.map((info) => (info.id === id ? { ...info, name } : info));
  }

  #leave(type: string, detail?: string): void {
    this.dialog.close();
    this.#tell(type, detail);
  }

  #tell(type: string, detail?: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
