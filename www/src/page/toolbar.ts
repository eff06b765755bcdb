import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { brushSizes, type Session, type Tool } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** Brush, eraser, size, undo, redo. */
@customElement('anolis-toolbar')
export class Toolbar extends LitElement {
  @property({ attribute: false }) session!: Session;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 0 8px;
        font-size: 0.87rem;
      }
      input {
        width: 110px;
      }
      @media (max-width: 560px) {
        button:not(.icon) {
          width: 40px;
          padding: 0;
        }
        button:not(.icon) span,
        label span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        input {
          width: 90px;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    const { brushSize, canUndo, canRedo } = this.session;
    const { smallest, largest, step } = brushSizes;
    return html`
      ${this.#tool('brush')} ${this.#tool('eraser')}
      <label>
        <span>${messages.size}</span>
        <input
          type="range"
          aria-keyshortcuts="[ ]"
          min=${smallest}
          max=${largest}
          step=${step}
          .value=${String(brushSize)}
          @input=${(event: Event) => this.session.set({ brushSize: (event.target as HTMLInputElement).valueAsNumber })}
        />
      </label>
      <button class="icon" aria-label=${messages.undo} title="${messages.undo} (Ctrl Z)" ?disabled=${!canUndo} @click=${() => this.session.undo()}>
        ${icons.undo}
      </button>
      <button class="icon" aria-label=${messages.redo} title="${messages.redo} (Ctrl Shift Z)" ?disabled=${!canRedo} @click=${() => this.session.redo()}>
        ${icons.redo}
      </button>
    `;
  }

  #tool(tool: Tool) {
    const [label, key] = tool === 'brush' ? [messages.brush, 'B'] : [messages.eraser, 'E'];
    return html`<button
      aria-pressed=${this.session.tool === tool}
      aria-keyshortcuts=${key}
      title="${label} (${key})"
      @click=${() => this.session.set({ tool })}
    >
      ${icons[tool]}<span>${label}</span>
    </button>`;
  }
}
