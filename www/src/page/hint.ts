import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keepHintsOff } from './hint-kept.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** What is to be done next. */
type Step = 'label' | 'correct' | 'export';

/** One line on what to do next, for the first time; read out when it changes. Fires `done` when it is not wanted any more. */
@customElement('anolis-hint')
export class Hint extends LitElement {
  @property({ attribute: false }) session!: Session;
  /** Comes after the region it is in, so that it is read out. */
  @state() private text = '';
  #begun = false;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        gap: 8px;
        align-items: center;
        padding-left: 12px;
        border-radius: var(--radius);
        background: var(--accent-soft);
        font-size: 0.87rem;
        line-height: 1.3;
      }
      p {
        flex: 1;
        padding-block: 6px;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  override render() {
    return html`
      <p role="status" data-testid="hint" data-step=${this.#step()}>${this.text}</p>
      <button class="icon plain" aria-label=${messages.hint.close} title=${messages.hint.close} @click=${this.#close}>${icons.close}</button>
    `;
  }

  #step(): Step {
    const { session } = this;
    const labelled = session.pictures.filter((picture) => session.isLabelled(picture)).length;
    return labelled === 0 ? 'label' : labelled === 1 ? 'correct' : 'export';
  }

  // Who went all the way needs no hint the next time.
  protected override updated(): void {
    const step = this.#step();
    this.text = step === 'label' ? messages.first[this.session.kind] : messages.hint[step];
    this.#begun ||= step !== 'export';
    if (this.#begun && step === 'export') keepHintsOff();
  }

  #close = (): void => {
    keepHintsOff();
    this.dispatchEvent(new Event('done'));
  };
}
