import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import type { Adaptation } from './model/adaptation.js';
import { traitsOf } from './model/kinds.js';
import type { Session } from './model/session.js';
import { Observe } from './observe.js';
import { shared } from './styles.js';

/** Gradient steps to choose from; the middle one is the library's. */
const lengths = { short: 60, normal: 240, long: 960 } as const;
type Length = keyof typeof lengths;

/** Size of the curve's grid. */
const [WIDE, HIGH] = [200, 40];

/** Adaptation is wanted. */
export class AdaptEvent extends Event {
  constructor(
    readonly steps: number,
    readonly resume: boolean,
  ) {
    super('adapt', { bubbles: true, composed: true });
  }
}

/** Tunes the network on the examples: begin, watch, stop, go on, go back; fires {@link AdaptEvent}. */
@customElement('anolis-adapt')
export class Adapt extends LitElement {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) adaptation!: Adaptation;
  /** Whether the network is there. */
  @property({ type: Boolean }) ready = false;
  @state() private chosen: Length = 'normal';
  #watched: Adaptation | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 12px;
        align-items: center;
        font-size: 0.87rem;
      }
      p {
        flex: 1 1 180px;
        line-height: 1.3;
      }
      .curve {
        width: 120px;
        height: 36px;
        border-radius: 6px;
        background: var(--sunken);
      }
      polyline {
        stroke: var(--soft);
        stroke-width: 1.5;
        vector-effect: non-scaling-stroke;
      }
      circle {
        fill: var(--accent);
        stroke: none;
      }
      progress {
        width: 100%;
        height: 6px;
        accent-color: var(--accent);
      }
      .numbers {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    new Observe(this);
  }

  protected override willUpdate(): void {
    if (this.#watched === this.adaptation) return;
    this.#watched?.removeEventListener('change', this.#changed);
    this.#watched = this.adaptation;
    this.#watched.addEventListener('change', this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watched?.removeEventListener('change', this.#changed);
    this.#watched = undefined;
  }

  #changed = () => this.requestUpdate();

  override render() {
    const { session, adaptation } = this;
    if (adaptation.state === 'running') return this.#running();
    const { adapts } = traitsOf(session.kind);
    const adapted = session.tasks[session.kind].adapter !== undefined;
    const without = adapted
      ? html`<button class="small" @click=${this.#without}>${messages.adapt.without}</button>`
      : nothing;
    // An adapter may come with a session file.
    if (!adapts) return without;
    const able = this.ready && session.pictures.some((picture) => session.isLabelled(picture));
    const own = adaptation.kind === session.kind && adaptation.state !== 'none';
    const further = adapted || (own && adaptation.state === 'stopped');
    return html`
      <button class="small" data-testid="adapt" title=${messages.adapt.help} ?disabled=${!able} @click=${() => this.#begin(false)}>
        ${icons.tune}${messages.adapt.begin}
      </button>
      <select aria-label=${messages.adapt.length} @change=${this.#choose}>
        ${(Object.keys(lengths) as Length[]).map(
          (name) =>
            html`<option value=${name} ?selected=${name === this.chosen}>${messages.adapt.lengths[name]}</option>`,
        )}
      </select>
      ${further ? html`<button class="small" ?disabled=${!able} @click=${() => this.#begin(true)}>${messages.adapt.further}</button>` : nothing}
      ${without}
      ${own && adaptation.progress.length > 1 ? this.#curve() : nothing}
      <p class="soft" data-testid="adapt-result" data-state=${adaptation.state}>${own ? this.#result() : adapted ? messages.adapt.adapted : messages.adapt.help}</p>
    `;
  }

  #running() {
    const { progress, secondsLeft } = this.adaptation;
    const { step = 0, steps = 0 } = progress.at(-1) ?? {};
    const left = secondsLeft === undefined ? '' : ` · ${messages.adapt.left(secondsLeft)}`;
    return html`
      <button class="small" data-testid="adapt-stop" @click=${() => this.adaptation.stop()}>${icons.close}${messages.cancel}</button>
      ${this.#curve()}
      <p data-testid="adapt-running">
        <span class="numbers">${step === 0 ? messages.adapt.beginning : messages.adapt.step(step, steps)}${left}</span>
        <progress aria-label=${messages.adapt.running} max=${steps || 1} value=${step}></progress>
      </p>
    `;
  }

  // Grey what each step saw, coloured what held-out examples say.
  #curve() {
    const { progress } = this.adaptation;
    const { steps = 1 } = progress.at(-1) ?? {};
    const values = progress.flatMap(({ loss, heldOut }) => [loss, heldOut ?? loss]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (step: number) => 4 + ((WIDE - 8) * step) / steps;
    const y = (loss: number) => 4 + ((HIGH - 8) * (high - loss)) / Math.max(1e-9, high - low);
    const line = progress.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(' ');
    return html`<svg class="curve" viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label=${messages.adapt.curve} data-testid="curve">
      <polyline points=${line}></polyline>
      ${progress.map(({ step, heldOut }) => (heldOut === undefined ? nothing : svg`<circle cx=${x(step)} cy=${y(heldOut)} r="3.5"></circle>`))}
    </svg>`;
  }

  #result(): string {
    const { state: outcome, report, problem } = this.adaptation;
    if (outcome === 'stopped') return messages.adapt.stopped;
    if (!report) return problem;
    if (report.level === 0) return messages.adapt.nothing;
    return messages.adapt[outcome === 'used' ? 'used' : 'refuted'](report);
  }

  #begin(resume: boolean): void {
    this.dispatchEvent(new AdaptEvent(lengths[this.chosen], resume));
  }

  #choose = (event: Event) => {
    this.chosen = (event.target as HTMLSelectElement).value as Length;
  };

  #without = () => {
    const { session } = this;
    if (this.adaptation.kind === session.kind) this.adaptation.clear();
    session.setAdapter(session.kind, undefined);
  };
}
