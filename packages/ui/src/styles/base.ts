import { css, type CSSResult } from 'lit';

/** What every view takes: reset, headings, focus, icons and their buttons, fields, hints, the ring that turns. */
export const base: CSSResult = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1,
  h2,
  h3 {
    font-size: 1em;
    font-weight: 600;
    text-wrap: balance;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  .icon {
    display: block;
    inline-size: 1.3334em;
    block-size: 1.3334em;
    flex: none;
  }
  .flip:dir(rtl) {
    scale: -1 1;
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .hidden-visually {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .hint {
    color: var(--_text-2);
    font-size: var(--_f-s);
    line-height: 1.45;
    text-wrap: pretty;
  }
  .problem {
    display: flex;
    gap: 8px;
    color: var(--_danger);
    font-size: var(--_f-s);
    line-height: 1.45;
  }
  .problem .icon {
    inline-size: 1.38em;
    block-size: 1.38em;
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: var(--_target);
    block-size: var(--_target);
    padding: 0;
    border: 0;
    border-radius: var(--_r-full);
    background: none;
    color: var(--_text-2);
    cursor: pointer;
    transition: background-color var(--_t1);
  }
  .icon-button:hover:enabled {
    background: var(--_hover);
    color: var(--_text);
  }
  .input {
    inline-size: 100%;
    min-block-size: 44px;
    padding: 9px 14px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_r-m);
    background: var(--_ground);
    color: var(--_text);
  }
  .input:focus-visible {
    border-color: var(--_focus);
    outline-width: 1px;
    outline-offset: 0;
  }
  .input::placeholder {
    color: var(--_text-2);
    opacity: 1;
  }
  .input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  /* What can be done about something, in the line that says it. */
  .retry {
    flex: none;
    min-inline-size: var(--_target);
    min-block-size: var(--_target);
    padding: 0 6px;
    border: 0;
    background: none;
    font-weight: 600;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
    white-space: nowrap;
    cursor: pointer;
  }
  /* The ring is open while something is under way. */
  .spinner {
    display: inline-block;
    flex: none;
    inline-size: 1.1em;
    block-size: 1.1em;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  .waiting {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 16px;
    block-size: 100%;
    padding: 24px;
    color: var(--_text-2);
    text-align: center;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition-duration: 0.01ms !important;
      animation: none !important;
      scroll-behavior: auto !important;
    }
  }
  @media (forced-colors: active) {
    .icon-button {
      border: 1px solid ButtonText;
    }
  }
`;
