import { css, type CSSResult } from 'lit';

/** Style of the message list. */
export const messageListStyles: CSSResult = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
  }
  #scroller {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_border) transparent;
  }
  #rows {
    display: flex;
    flex-direction: column;
    max-inline-size: 52rem;
    min-block-size: 100%;
    margin-inline: auto;
    padding: 8px 16px 12px;
  }
  /* Few messages stand at the end, beside the composer. */
  #rows::before {
    content: '';
    flex: 1;
  }

  #rows:has(.alone)::before {
    display: none;
  }

  .day,
  .divider {
    align-self: stretch;
    margin-block: 18px 10px;
    color: var(--_text-muted);
    font-size: 0.8125em;
    font-weight: 600;
    text-align: center;
  }
  .divider {
    display: flex;
    align-items: center;
    gap: 12px;
    color: var(--_brand);
  }
  .divider::before,
  .divider::after {
    content: '';
    flex: 1;
    border-block-start: 1px solid color-mix(in oklab, var(--_brand) 45%, transparent);
  }
  .loading {
    display: grid;
    place-items: center;
    padding: 12px;
    color: var(--_text-muted);
  }

  .message {
    display: flex;
    flex-direction: column;
    align-items: start;
    margin-block-start: 2px;
    border-radius: var(--_radius);
  }
  .message.first {
    margin-block-start: 10px;
  }
  .message.own {
    align-items: end;
  }
  .message:focus-visible {
    outline: none;
  }
  .message:focus-visible .bubble {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .bubble {
    --_corner: calc(var(--_radius) * 0.36);
    max-inline-size: min(78%, 34rem);
    padding: 7px 13px 8px;
    border-radius: calc(var(--_radius) * 1.3);
    background: var(--_bubble-other);
    color: var(--_bubble-other-text);
    line-height: 1.42;
  }
  .own .bubble {
    background: var(--_bubble-own);
    color: var(--_bubble-own-text);
  }
  .other:not(.last) .bubble {
    border-end-start-radius: var(--_corner);
  }
  .other:not(.first) .bubble {
    border-start-start-radius: var(--_corner);
  }
  .own:not(.last) .bubble {
    border-end-end-radius: var(--_corner);
  }
  .own:not(.first) .bubble {
    border-start-end-radius: var(--_corner);
  }
  .body::after {
    content: '';
    display: block;
    clear: both;
  }
  .text {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  .text a {
    color: inherit;
    text-decoration-line: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.18em;
  }
  .text a:hover {
    text-decoration-thickness: 2px;
  }
  .bubble.emoji {
    padding-inline: 4px;
    background: none;
  }
  .emoji .text {
    font-size: 2.4em;
    line-height: 1.2;
  }
  .meta {
    float: inline-end;
    display: inline-flex;
    align-items: center;
    gap: 3px;
    margin-inline-start: 12px;
    margin-block: 0.42em -0.1em;
    color: color-mix(in oklab, currentColor 72%, transparent);
    font-size: 0.75em;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    user-select: none;
  }
  .emoji .meta {
    margin-block-start: 2.3em;
  }
  .tick .icon {
    inline-size: 1.4em;
    block-size: 1.4em;
  }
  .tick.read {
    color: var(--_brand);
  }
  .tick.failed {
    color: var(--_danger);
  }

  .notice {
    display: inline-flex;
    gap: 8px;
    color: color-mix(in oklab, currentColor 78%, transparent);
    font-style: italic;
  }
  .notice .icon {
    margin-block-start: 0.1em;
  }
  .notice small {
    display: block;
    font-size: 0.8667em;
    font-style: normal;
  }
  .is-undecryptable .bubble,
  .is-unsupported .bubble {
    border: 1px dashed var(--_control-border);
    background: none;
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: end;
    column-gap: 4px;
    max-inline-size: min(90%, 34rem);
    color: var(--_danger);
    font-size: 0.8667em;
    text-align: end;
  }
  .remedies {
    display: inline-flex;
  }
  .remedy {
    min-inline-size: 44px;
    min-block-size: 44px;
    padding: 0 8px;
    border: 0;
    border-radius: 8px;
    background: none;
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 0.18em;
    cursor: pointer;
  }

  .beginning {
    display: grid;
    justify-items: center;
    gap: 10px;
    padding: 20px 16px 8px;
    text-align: center;
  }
  .beginning.alone {
    margin-block: auto;
    padding-block-end: 64px;
  }
  .beginning .avatar {
    inline-size: 64px;
    block-size: 64px;
    font-size: 1.5em;
  }
  .beginning h3 {
    font-size: 1.1333em;
  }
  .beginning .hint {
    max-inline-size: 24rem;
  }
  .beginning .hint .icon {
    display: inline-block;
    inline-size: 1.15em;
    block-size: 1.15em;
    margin-inline-end: 4px;
    vertical-align: -0.2em;
  }

  .typing {
    display: flex;
    align-self: start;
    gap: 4px;
    margin-block-start: 10px;
    padding: 14px 15px;
    border-radius: calc(var(--_radius) * 1.3);
    background: var(--_bubble-other);
    color: var(--_text-muted);
  }
  .typing i {
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: currentColor;
    animation: breathe 1.2s ease-in-out infinite;
  }
  .typing i:nth-child(2) {
    animation-delay: 0.15s;
  }
  .typing i:nth-child(3) {
    animation-delay: 0.3s;
  }
  @keyframes breathe {
    0%,
    60%,
    100% {
      opacity: 0.35;
    }
    30% {
      opacity: 1;
    }
  }

  .to-latest {
    position: absolute;
    inset-block-end: 12px;
    inset-inline-end: 16px;
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
    padding: 0;
    border: 1px solid var(--_border);
    border-radius: 50%;
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 2px 10px rgb(0 0 0 / 0.14);
    cursor: pointer;
  }
  .to-latest .count {
    position: absolute;
    inset-block-start: -8px;
    min-inline-size: 22px;
    padding: 1px 6px;
    border-radius: 11px;
    background: var(--_brand);
    color: var(--_on-brand);
    font-size: 0.8em;
    font-weight: 600;
    line-height: 18px;
  }
  @media (forced-colors: active) {
    .bubble,
    .typing {
      border: 1px solid CanvasText;
    }
    .own .bubble {
      border-width: 2px;
    }
  }
`;
