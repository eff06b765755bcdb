import { html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { icons } from './icons.js';
import { shared } from './styles.js';

/** Pictures were chosen. */
export class FilesEvent extends Event {
  constructor(readonly files: readonly File[]) {
    super('files', { bubbles: true, composed: true });
  }
}

/** Opens the file picker; fires {@link FilesEvent}. */
@customElement('anolis-open-button')
export class OpenButton extends LitElement {
  @property() label = '';
  @property({ type: Boolean }) primary = false;
  /** Whether videos may be chosen too. */
  @property({ type: Boolean }) videos = false;
  @query('input') private input!: HTMLInputElement;

  static override styles = [shared];

  override render() {
    return html`
      <button class=${this.primary ? 'primary' : ''} @click=${() => this.input.click()}>
        ${this.primary ? icons.pictures : icons.plus}${this.label}
      </button>
      <input hidden type="file" accept="image/*,${this.videos ? 'video/*,' : ''}.tif,.tiff,.anolis" multiple aria-label=${this.label} @change=${this.#chosen} />
    `;
  }

  #chosen = () => {
    this.dispatchEvent(new FilesEvent([...(this.input.files ?? [])]));
    // So that choosing the same file again is a change.
    this.input.value = '';
  };
}
