import { css, type CSSResult } from 'lit';
import { controls } from '@seal-chat/ui';

/** Style of what is more than plain text in the message list. */
export const richStyles: CSSResult = css`
  ${controls}
  .in-channel .other {
    position: relative;
    padding-inline-start: 40px;
  }
  .in-channel .message > .avatar {
    position: absolute;
    inset-block-end: 0;
    inset-inline-start: 0;
    --_avatar: 32px;
  }
  .sender {
    display: block;
    margin-block-end: 1px;
    color: light-dark(oklch(0.45 0.11 var(--_hue, 25)), oklch(0.84 0.09 var(--_hue, 25)));
    font-size: var(--_f-s);
    font-weight: 600;
  }

  .quote {
    display: grid;
    inline-size: 100%;
    min-block-size: max(40px, var(--_target));
    margin-block: 2px 5px;
    padding: 5px 9px;
    border: 0;
    border-inline-start: 3px solid var(--_accent, var(--_ink));
    border-radius: var(--_r-s);
    background: color-mix(in oklab, currentColor 7%, transparent);
    font-size: var(--_f-s);
    line-height: 1.35;
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
    padding-inline: 3px;
    border-radius: var(--_r-xs);
    background: var(--_soft);
    color: var(--_ink);
    font-weight: 600;
  }
  .mention.self {
    background: color-mix(in oklab, var(--_ink) 22%, var(--_ground));
    color: var(--_text);
  }
  .own .mention {
    background: color-mix(in oklab, currentColor 16%, transparent);
    color: inherit;
  }

  .is-deleted .bubble {
    background: none;
    color: var(--_text-2);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  .is-deleted .notice,
  .is-deleted .meta {
    color: inherit;
  }

  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    position: relative;
    z-index: 1;
    max-inline-size: min(82%, 34rem);
    margin-block-start: -7px;
    padding-inline: 8px;
  }
  .own .reactions {
    justify-content: end;
  }
  .message:has(.reactions) .bubble {
    padding-block-end: 14px;
  }
  .in-channel .message:has(.reactions) > .avatar {
    inset-block-end: 19px;
  }
  .reaction {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-block-size: 26px;
    padding: 0 8px;
    border: 0;
    border-radius: 13px;
    background: var(--_pop);
    box-shadow:
      0 0 0 1px var(--_line),
      0 0 0 3px var(--_ground);
    font-size: 0.9334em;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    cursor: pointer;
  }
  /* The area that takes a finger is larger than what is drawn. */
  .reaction::after {
    content: '';
    position: absolute;
    inset: -5px -2px;
  }
  .reaction .count {
    color: var(--_text-2);
    font-size: 0.8571em;
    font-weight: 600;
  }
  .reaction[aria-pressed='true'] {
    background: var(--_soft);
    box-shadow:
      0 0 0 1px var(--_ink),
      0 0 0 3px var(--_ground);
  }
  .reaction[aria-pressed='true'] .count {
    color: var(--_ink);
  }

  .sign .icon {
    inline-size: 1.35em;
    block-size: 1.35em;
  }

  .event {
    max-inline-size: 34rem;
    margin: 6px auto;
    padding-inline: 12px;
    color: var(--_text-2);
    font-size: var(--_f-s);
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

  .bubble:has(seal-attachments) {
    padding: 3px 3px 8px;
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
    .reaction,
    .quote,
    .mention {
      border: 1px solid CanvasText;
    }
    .reaction[aria-pressed='true'] {
      border: 2px solid Highlight;
    }
  }
`;
