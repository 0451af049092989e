import { css, type CSSResult } from 'lit';

/** Style of what is more than plain text in the message list. */
export const richStyles: CSSResult = css`
  .in-channel .other {
    position: relative;
    padding-inline-start: 44px;
  }
  .in-channel .message > .avatar {
    position: absolute;
    inset-block-end: 0;
    inset-inline-start: 0;
    inline-size: 34px;
    block-size: 34px;
    font-size: 0.8em;
  }
  .sender {
    display: block;
    margin-block-end: 1px;
    color: light-dark(oklch(0.45 0.12 var(--_hue, 200)), oklch(0.82 0.09 var(--_hue, 200)));
    font-size: 0.8667em;
    font-weight: 600;
  }

  .quote {
    display: grid;
    inline-size: 100%;
    min-block-size: 44px;
    margin-block: 3px 6px;
    padding: 4px 10px;
    border: 0;
    border-inline-start: 3px solid var(--_brand);
    border-radius: 6px;
    background: color-mix(in oklab, currentColor 8%, transparent);
    font-size: 0.8667em;
    line-height: 1.4;
    text-align: start;
    align-content: center;
    cursor: pointer;
  }
  .quote:disabled {
    font-style: italic;
    cursor: default;
  }
  .quote b,
  .quote span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: start;
  }
  .quote b {
    font-weight: 600;
  }
  .marked .bubble {
    animation: mark 1.6s ease-out;
  }
  @keyframes mark {
    0%,
    40% {
      box-shadow: 0 0 0 3px var(--_focus);
    }
    100% {
      box-shadow: 0 0 0 3px transparent;
    }
  }

  .mention {
    padding-inline: 2px;
    border-radius: 4px;
    color: var(--_brand);
    font-weight: 600;
  }
  .mention.self {
    background: color-mix(in oklab, var(--_brand) 18%, transparent);
  }
  .own .mention,
  .mention.self {
    color: inherit;
  }

  .is-deleted .bubble {
    border: 1px dashed var(--_control-border);
    background: none;
    color: var(--_text-muted);
  }
  .is-deleted .notice,
  .is-deleted .meta {
    color: inherit;
  }

  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    max-inline-size: min(78%, 34rem);
    margin-block-start: 3px;
  }
  .own .reactions {
    justify-content: end;
  }
  .reaction {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-block-size: 30px;
    padding: 1px 9px;
    border: 1px solid var(--_border);
    border-radius: 15px;
    background: var(--_surface-raised);
    font-size: 0.9375em;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    cursor: pointer;
  }
  /* The area that takes a finger is larger than what is drawn. */
  .reaction::after {
    content: '';
    position: absolute;
    inset: -7px -2px;
  }
  .reaction .count {
    color: var(--_text-muted);
    font-size: 0.8667em;
  }
  .reaction[aria-pressed='true'] {
    border-color: var(--_brand);
    background: var(--_selected);
  }
  .reaction[aria-pressed='true'] .count {
    color: var(--_text);
    font-weight: 600;
  }

  .sign .icon {
    inline-size: 1.35em;
    block-size: 1.35em;
  }

  .event {
    max-inline-size: 34rem;
    margin: 12px auto 6px;
    padding-inline: 12px;
    color: var(--_text-muted);
    font-size: 0.8667em;
    text-align: center;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }
  .is-event.message {
    align-items: center;
    padding: 0;
  }
  .message:focus-visible .event {
    border-radius: 6px;
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .event.missing {
    color: var(--_danger);
  }

  .invitation {
    display: grid;
    gap: 6px;
    min-inline-size: min(15rem, 60cqi);
    padding-block: 4px;
    overflow-wrap: anywhere;
  }
  .invitation .answers {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding-block-start: 4px;
  }
  .invitation .secondary {
    background: var(--_surface);
    color: var(--_text);
  }
  .outcome {
    color: color-mix(in oklab, currentColor 78%, transparent);
    font-size: 0.9375em;
    font-style: italic;
  }

  .bubble:has(seal-attachments) {
    padding: 4px 4px 8px;
  }
  .bubble:has(seal-attachments) > :is(.sender, .body) {
    padding-inline: 9px;
  }
  .bubble:has(seal-attachments) > .sender {
    padding-block: 4px 3px;
  }
  seal-attachments {
    min-block-size: 44px;
    margin-block-end: 4px;
  }
  @media (forced-colors: active) {
    .reaction[aria-pressed='true'] {
      border: 2px solid Highlight;
    }
    .quote,
    .mention {
      border: 1px solid CanvasText;
    }
  }
`;
