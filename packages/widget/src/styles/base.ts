import { css, type CSSResult } from 'lit';

/** What all views share: reset, typography, controls, focus. */
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
  textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  .icon {
    display: block;
    inline-size: 1.25em;
    block-size: 1.25em;
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

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: 44px;
    padding: 8px 18px;
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) * 0.8);
    background: none;
    font-weight: 600;
    text-align: center;
    cursor: pointer;
    transition:
      background-color var(--_duration),
      border-color var(--_duration),
      opacity var(--_duration);
  }
  .button.primary {
    background: var(--_brand);
    color: var(--_on-brand);
  }
  .button.primary:hover {
    background: color-mix(in oklab, var(--_brand) 88%, var(--_text));
  }
  .button.secondary {
    border-color: var(--_control-border);
  }
  .button.secondary:hover,
  .button.quiet:hover,
  .icon-button:hover {
    background: var(--_hover);
  }
  .button.quiet {
    color: var(--_brand);
  }
  .button.danger {
    color: var(--_danger);
  }
  .button.danger:not(.quiet) {
    border-color: currentColor;
  }
  .button.wide {
    inline-size: 100%;
  }
  .button:is(:disabled, [aria-disabled='true']) {
    opacity: 0.5;
    cursor: default;
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: none;
    color: var(--_text-muted);
    cursor: pointer;
    transition: background-color var(--_duration);
  }
  .icon-button:hover {
    color: var(--_text);
  }

  .field {
    display: grid;
    gap: 6px;
  }
  .field > label {
    font-weight: 600;
  }
  .input {
    inline-size: 100%;
    min-block-size: 44px;
    padding: 9px 14px;
    border: 1px solid var(--_control-border);
    border-radius: calc(var(--_radius) * 0.8);
    background: var(--_surface);
    color: var(--_text);
  }
  .input:focus-visible {
    outline-offset: -1px;
    border-color: var(--_focus);
  }
  .input::placeholder {
    color: var(--_text-muted);
    opacity: 1;
  }
  .input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  .hint {
    color: var(--_text-muted);
    font-size: 0.875em;
    line-height: 1.45;
    text-wrap: pretty;
  }
  .problem {
    display: flex;
    gap: 8px;
    color: var(--_danger);
    font-size: 0.9375em;
    line-height: 1.4;
  }
  .problem .icon {
    margin-block-start: 0.1em;
  }

  .spinner {
    display: inline-block;
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
    color: var(--_text-muted);
    text-align: center;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition-duration: 0.01ms !important;
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      scroll-behavior: auto !important;
    }
    .spinner {
      animation: none;
      border-style: dotted;
      border-color: currentColor;
    }
  }
  @media (forced-colors: active) {
    .button,
    .icon-button {
      border: 1px solid ButtonText;
    }
    .button.primary {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
