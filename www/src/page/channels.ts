import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { type Tool, traitsOf } from './model/kinds.js';
import { cssColourOf } from './model/palette.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** The channels to label, one of them chosen; adding, renaming, removing. */
@customElement('anolis-channels')
export class Channels extends LitElement {
  @property({ attribute: false }) session!: Session;
  @state() private renaming = false;
  @query('input') private readonly input!: HTMLInputElement | null;

  static override styles = [
    shared,
    css`
      :host,
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      .chips button {
        min-height: var(--small);
        padding: 0 10px;
        border-radius: 20px;
        font-size: 0.9rem;
      }
      @media (max-width: 560px) {
        :host,
        .chips {
          flex-wrap: nowrap;
        }
        :host > *,
        .chips > * {
          flex: none;
        }
      }
      .swatch {
        width: 12px;
        height: 12px;
        border-radius: 50%;
      }
      .name {
        max-width: 160px;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      input {
        width: 140px;
        height: var(--button);
        padding: 0 12px;
        border: 1px solid var(--accent);
        border-radius: 20px;
        background: var(--panel);
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { channels, kind, partial } = this.session;
    const texts = messages.channel[kind];
    return html`
      <div class="chips" role="group" aria-label=${texts.all}>
        ${kind === 'tags' ? this.#tag() : channels.map((name, place) => this.#chip(place + 1, name))}
        ${kind === 'mask' && partial ? this.#chip(0, messages.background) : nothing}
      </div>
      <button class="icon plain" aria-label=${texts.rename} title=${texts.rename} ?disabled=${this.session.activeChannel === 0} @click=${this.#rename}>
        ${icons.pen}
      </button>
      ${
        traitsOf(kind).several
          ? html`<button class="icon plain" aria-label=${texts.remove} title=${texts.remove} ?disabled=${channels.length === 1 || this.session.activeChannel === 0} @click=${() => this.session.removeChannel(this.session.activeChannel)}>
              ${icons.minus}
            </button>
            ${
              kind === 'tags'
                ? nothing
                : html`<button class="icon plain" aria-label=${texts.add} title=${texts.add} @click=${() => this.session.addChannel()}>
              ${icons.plus}
            </button>`
            }`
          : nothing
      }
    `;
  }

  // Tags have chips of their own, with what is said of them.
  #tag() {
    const { channels, activeChannel } = this.session;
    const name = channels[activeChannel - 1] ?? '';
    return this.renaming ? this.#field(activeChannel, name) : html`<span>${name}</span>`;
  }

  #chip(channel: number, name: string) {
    const active = this.session.activeChannel === channel;
    if (active && this.renaming) return this.#field(channel, name);
    const { kind, view } = this.session;
    const parts = view === 'rgb' ? ['#f00', '#0f0', '#00f'] : [];
    const colour = kind === 'map' ? parts[channel - 1] : cssColourOf(channel);
    const swatch = colour ? html`<span class="swatch" .style=${`background: ${colour}`}></span>` : nothing;
    return html`<button
      data-testid="class"
      aria-pressed=${active}
      @click=${() => this.session.set({ activeChannel: channel, tool: labelling(this.session) })}
    >
      ${swatch}<span class="name">${name}</span>
    </button>`;
  }

  #field(channel: number, name: string) {
    const keep = (event: Event) => {
      if (!this.renaming) return;
      this.renaming = false;
      this.session.renameChannel(channel, (event.target as HTMLInputElement).value);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Enter') keep(event);
      if (event.key === 'Escape') this.renaming = false;
    };
    return html`<input aria-label=${messages.channelName} .value=${name} maxlength="40" @blur=${keep} @keydown=${key} />`;
  }

  #rename = async () => {
    this.renaming = true;
    await this.updateComplete;
    this.input?.select();
  };
}

// Who chooses a channel wants to label it.
function labelling({ kind, tool }: Session): Tool {
  return tool === 'eraser' ? (traitsOf(kind).tools[0] as Tool) : tool;
}
