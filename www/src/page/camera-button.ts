import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from './icons.js';
import { messages } from './messages.js';
import { shared } from './styles.js';

/** Asks for the camera by firing `camera`. */
@customElement('anolis-camera-button')
export class CameraButton extends LitElement {
  /** Whether it shows its pictogram alone. */
  @property({ type: Boolean }) small = false;

  static override styles = [shared];

  override render() {
    const { useCamera } = messages.live;
    return html`<button class=${this.small ? 'icon plain' : ''} aria-label=${useCamera} title=${this.small ? useCamera : nothing} @click=${this.#ask}>
      ${icons.camera}${this.small ? nothing : useCamera}
    </button>`;
  }

  #ask = () => this.dispatchEvent(new Event('camera', { bubbles: true, composed: true }));
}
