import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { cssColourOf } from './model/palette.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** The classes to paint, one of them chosen; adding and renaming. */
@customElement('anolis-classes')
export class Classes extends LitElement {
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
        border-radius: 18px;
      }
      .swatch {
        width: 14px;
        height: 14px;
        border-radius: 50%;
      }
      .name {
        max-width: 160px;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      input {
        width: 140px;
        height: 36px;
        padding: 0 12px;
        border: 1px solid var(--accent);
        border-radius: 18px;
        background: var(--panel);
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { classes, unpaintedIsBackground } = this.session;
    return html`
      <div class="chips" role="group" aria-label=${messages.classes}>
        ${classes.map((name, place) => this.#chip(place + 1, name))}
        ${unpaintedIsBackground ? '' : this.#chip(0, messages.background)}
      </div>
      <button class="icon plain" aria-label=${messages.rename} title=${messages.rename} ?disabled=${this.session.activeClass === 0} @click=${this.#rename}>
        ${icons.pen}
      </button>
      <button class="icon plain" aria-label=${messages.addClass} title=${messages.addClass} @click=${() => this.session.addClass()}>
        ${icons.plus}
      </button>
    `;
  }

  #chip(classId: number, name: string) {
    const active = this.session.activeClass === classId;
    if (active && this.renaming) return this.#field(classId, name);
    return html`<button
      data-testid="class"
      aria-pressed=${active}
      @click=${() => this.session.set({ activeClass: classId, tool: 'brush' })}
    >
      <span class="swatch" style="background: ${cssColourOf(classId)}"></span><span class="name">${name}</span>
    </button>`;
  }

  #field(classId: number, name: string) {
    const keep = (event: Event) => {
      if (!this.renaming) return;
      this.renaming = false;
      this.session.renameClass(classId, (event.target as HTMLInputElement).value);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Enter') keep(event);
      if (event.key === 'Escape') this.renaming = false;
    };
    return html`<input aria-label=${messages.className} .value=${name} maxlength="40" @blur=${keep} @keydown=${key} />`;
  }

  #rename = async () => {
    this.renaming = true;
    await this.updateComplete;
    this.input?.select();
  };
}
