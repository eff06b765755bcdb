import { css } from 'lit';

/** What every component looks like. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    --button: 36px;
    --small: 32px;
  }
  /* Fingers need more room. */
  @media (max-width: 560px), (pointer: coarse) {
    :host {
      --button: 40px;
      --small: 40px;
    }
    input[type='range'] {
      height: 40px;
    }
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  p,
  ol,
  ul,
  dl {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  h2 {
    font-size: 1rem;
    font-weight: 600;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input {
    font: inherit;
    color: inherit;
    accent-color: var(--accent);
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: var(--button);
    padding: 0 12px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--panel);
    color: inherit;
    font: inherit;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    border-color: var(--soft);
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  button[aria-pressed='true'],
  button[aria-checked='true'] {
    border-color: var(--accent);
    background: var(--accent-soft);
  }
  button.small,
  select {
    min-height: var(--small);
    padding: 0 8px;
  }
  select {
    max-width: 100%;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--panel);
    color: inherit;
    font: inherit;
    font-size: 0.87rem;
  }
  button.icon {
    flex: none;
    width: var(--button);
    padding: 0;
  }
  button.icon.small {
    width: var(--small);
  }
  button.plain {
    border-color: transparent;
    background: none;
  }
  button.plain:hover:not(:disabled) {
    background: var(--sunken);
  }
  button.primary {
    min-height: 44px;
    padding: 0 20px;
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.primary:hover {
    filter: brightness(1.08);
  }
  svg {
    flex: none;
    width: 18px;
    height: 18px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .soft {
    color: var(--soft);
  }
  /* On a narrow screen one row that is moved sideways; the faded end says that there is more. */
  @media (max-width: 560px) {
    .sideways {
      position: relative;
      display: flex;
      flex-wrap: nowrap;
      overflow-x: auto;
      margin-inline: calc(-1 * var(--gap));
      padding: 4px 24px 4px var(--gap);
      mask-image: linear-gradient(to right, #000 calc(100% - 24px), transparent);
      scrollbar-width: none;
    }
    .sideways > * {
      flex: none;
    }
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** What dialogs look like. */
export const dialogs = css`
  dialog {
    padding: 20px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--panel);
    color: var(--text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: end;
    gap: 8px;
    margin-top: 16px;
  }
`;
