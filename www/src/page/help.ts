import { css, html, LitElement } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { dialogs, shared } from './styles.js';

/** Every shortcut, in groups. */
@customElement('anolis-help')
export class Help extends LitElement {
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialogs,
    css`
      dialog {
        width: min(720px, calc(100vw - 32px));
        max-height: calc(100dvh - 32px);
      }
      .groups {
        columns: 2 260px;
        column-gap: 32px;
      }
      section {
        break-inside: avoid;
        padding-top: 12px;
      }
      h3 {
        margin: 0 0 4px;
        font-size: 0.87rem;
        color: var(--soft);
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 3px 12px;
        font-size: 0.87rem;
      }
      dd {
        margin: 0;
      }
      .licences {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        align-items: center;
        font-size: 0.87rem;
      }
      .licences a {
        display: grid;
        align-items: center;
        min-height: 44px;
      }
      kbd {
        padding: 1px 6px;
        border: 1px solid var(--line);
        border-radius: 5px;
        background: var(--sunken);
        font: inherit;
        font-size: 0.8rem;
        white-space: nowrap;
      }
    `,
  ];

  async show(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    const { title, groups, licences } = messages.help;
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${title}</h2>
        <button class="icon plain" autofocus aria-label=${messages.close} @click=${() => this.dialog.close()}>${icons.close}</button>
      </div>
      <div class="groups">
        ${groups.map(
          ({ name, keys }) => html`<section>
            <h3>${name}</h3>
            <dl>${keys.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
          </section>`,
        )}
      </div>
      <p class="licences soft">
        ${licences.own} ${licences.others}
        <a href="third-party.md" target="_blank">${licences.scripts}</a>
        <a href="third-party-rust.md" target="_blank">${licences.runtimes}</a>
      </p>
    </dialog>`;
  }
}
