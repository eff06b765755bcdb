import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { type Kind, kindNames, type Tool, traitsOf } from './model/kinds.js';
import { cssColourOfValue } from './model/palette.js';
import { brushSizes, type Session } from './model/session.js';
import { Observe } from './observe.js';
import { toolKeys } from './shortcuts.js';
import { shared } from './styles.js';

/** What is predicted, undo, redo, the tools, their size or value. */
@customElement('anolis-toolbar')
export class Toolbar extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** Whether the kind of task stays what it is. */
  @property({ type: Boolean }) fixed = false;

  /** Kinds to choose from. */
  @property({ attribute: false }) offered: readonly Kind[] = kindNames;

  static override styles = [
    shared,
    css`
      :host,
      .group {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      .group {
        gap: 2px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 0 6px;
        font-size: 0.87rem;
      }
      input {
        width: 96px;
      }
      .value input {
        accent-color: var(--value);
      }
      .swatch {
        width: 16px;
        height: 16px;
        border: 1px solid var(--soft);
        border-radius: 4px;
        background: var(--value);
      }
      @media (max-width: 560px) {
        :host,
        .group {
          flex-wrap: nowrap;
        }
        :host > *,
        .group > * {
          flex: none;
        }
        label span:not(.swatch) {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        input {
          width: 72px;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { session } = this;
    const { kind, tool, canUndo, canRedo } = session;
    const sized = traitsOf(kind).form === 'raster' && (tool === 'brush' || tool === 'scribble' || tool === 'eraser');
    return html`
      ${this.fixed ? nothing : this.#kinds()}
      <div class="group">
        <button class="icon plain" aria-label=${messages.undo} title="${messages.undo} (Ctrl Z)" ?disabled=${!canUndo} @click=${() => session.undo()}>
          ${icons.undo}
        </button>
        <button class="icon plain" aria-label=${messages.redo} title="${messages.redo} (Ctrl Shift Z)" ?disabled=${!canRedo} @click=${() => session.redo()}>
          ${icons.redo}
        </button>
      </div>
      <div class="group">${traitsOf(kind).tools.map((name) => this.#tool(name))}</div>
      ${sized ? this.#size() : nothing} ${kind === 'map' && tool !== 'eraser' ? this.#value() : nothing}
    `;
  }

  #kinds() {
    const { kind } = this.session;
    return html`<select aria-label=${messages.kind} title=${messages.kind} data-testid="kind" @change=${this.#kind}>
      ${this.offered.map((name) => html`<option value=${name} ?selected=${name === kind}>${messages.kinds[name]}</option>`)}
    </select>`;
  }

  #tool(tool: Tool) {
    const key = toolKeys[tool].toUpperCase();
    const label = messages.tool[tool];
    return html`<button
      class="icon"
      aria-label=${label}
      aria-pressed=${this.session.tool === tool}
      aria-keyshortcuts=${key}
      title="${label} (${key})"
      @click=${() => this.session.set({ tool })}
    >
      ${icons[tool]}
    </button>`;
  }

  #size() {
    const { smallest, largest, step } = brushSizes;
    return html`<label>
      <span>${messages.size}</span>
      <input
        type="range"
        aria-keyshortcuts="[ ]"
        min=${smallest}
        max=${largest}
        step=${step}
        .value=${String(this.session.brushSize)}
        @input=${(event: Event) => this.session.set({ brushSize: (event.target as HTMLInputElement).valueAsNumber })}
      />
    </label>`;
  }

  #value() {
    const { value } = this.session;
    return html`<label class="value" .style=${`--value: ${cssColourOfValue(value)}`}>
      <span>${messages.value}</span>
      <input
        type="range"
        aria-label=${messages.value}
        min="0"
        max="1"
        step="0.01"
        .value=${String(value)}
        @input=${(event: Event) => this.session.set({ value: (event.target as HTMLInputElement).valueAsNumber })}
      />
      <span class="swatch"></span>
    </label>`;
  }

  #kind = (event: Event) => this.session.setKind((event.target as HTMLSelectElement).value as Kind);
}
