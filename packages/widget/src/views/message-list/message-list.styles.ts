import { css, type CSSResultArray } from 'lit';
import { badge, messageStateStyles } from '@seal-chat/ui';

/** Style of the message list. */
export const messageListStyles: CSSResultArray = [
  badge,
  messageStateStyles,
  css`
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
      scrollbar-color: var(--_line) transparent;
    }
    #rows {
      display: flex;
      flex-direction: column;
      max-inline-size: 744px;
      min-block-size: 100%;
      margin-inline: auto;
      padding: 8px 12px 10px;
    }
    /* Few messages are at the end, next to the composer. */
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
      margin-block: 14px 8px;
      color: var(--_text-2);
      font-size: var(--_f-xs);
      font-weight: 600;
      text-align: center;
    }
    .divider {
      display: flex;
      align-items: center;
      gap: 10px;
      color: var(--_ink);
    }
    .divider::before,
    .divider::after {
      content: '';
      flex: 1;
      border-block-start: 1px solid color-mix(in oklab, var(--_ink) 38%, transparent);
    }
    .loading {
      display: grid;
      place-items: center;
      padding: 12px;
      color: var(--_text-2);
    }

    .message {
      display: flex;
      flex-direction: column;
      align-items: start;
      margin-block-start: 2px;
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
    /* Own words are solid, those of others quiet. The corner at the speaker's side is tight. */
    .bubble {
      max-inline-size: min(82%, 34rem);
      padding: var(--_bubble-pad);
      border-radius: var(--_r-bubble);
      background: var(--_other);
      color: var(--_on-other);
    }
    .own .bubble {
      --_accent: var(--_on-own);
      --_on-accent: var(--_own);
      border-end-end-radius: var(--_r-xs);
      background: var(--_own);
      color: var(--_on-own);
    }
    .own .bubble > * {
      --_focus: currentColor;
    }
    .other .bubble {
      border-end-start-radius: var(--_r-xs);
    }
    .other:not(.first) .bubble {
      border-start-start-radius: var(--_r-xs);
    }
    .own:not(.first) .bubble {
      border-start-end-radius: var(--_r-xs);
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
      text-underline-offset: 0.2em;
    }
    .text a:hover {
      text-decoration-thickness: 2px;
    }
    .bubble.emoji {
      padding-inline: 2px;
      background: none;
      color: var(--_text);
    }
    .emoji .text {
      font-size: 2.5em;
      line-height: 1.15;
    }
    .meta {
      float: inline-end;
      display: inline-flex;
      align-items: center;
      gap: 2px;
      margin-inline: 10px -3px;
      margin-block: 0.46em -0.16em;
      color: color-mix(in oklab, currentColor 68%, var(--_other));
      font-size: var(--_f-xs);
      font-variant-numeric: tabular-nums;
      line-height: 1.3;
      user-select: none;
    }
    .own .meta {
      color: var(--_on-own-2);
    }
    .emoji .meta {
      margin-block-start: 2.3em;
      color: var(--_text-2);
    }

    .notice {
      display: inline-flex;
      gap: 8px;
    }
    .notice small {
      display: block;
      font-size: var(--_f-s);
    }
    :is(.is-undecryptable, .is-unsupported) .bubble {
      background: none;
      color: var(--_text-2);
      box-shadow: inset 0 0 0 1px var(--_line-strong);
    }
    :is(.is-undecryptable, .is-unsupported) .meta {
      color: inherit;
    }

    .message:has(.failure) .bubble {
      background: var(--_danger-soft);
      color: var(--_text);
      box-shadow: inset 0 0 0 1px color-mix(in oklab, var(--_danger) 55%, transparent);
    }
    .message:has(.failure) .meta {
      color: var(--_danger);
    }
    .failure {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: end;
      column-gap: 4px;
      max-inline-size: min(90%, 34rem);
      color: var(--_danger);
      font-size: var(--_f-s);
      text-align: end;
    }
    .remedies {
      display: inline-flex;
    }

    .beginning {
      display: grid;
      justify-items: center;
      gap: 6px;
      padding: 20px 16px 8px;
      text-align: center;
    }
    .beginning.alone {
      margin-block: auto;
      padding-block-end: 64px;
    }
    .beginning .avatar {
      --_avatar: 64px;
    }
    .beginning h3 {
      font-size: var(--_f-l);
      font-weight: 650;
    }
    .beginning .hint {
      max-inline-size: 24rem;
      margin-block-start: 4px;
      padding: 6px 12px;
      border-radius: 16px;
      background: var(--_sunken);
    }
    .beginning .hint .icon {
      display: inline-block;
      inline-size: 1.15em;
      block-size: 1.15em;
      margin-inline-end: 4px;
      color: var(--_ink);
      vertical-align: -0.2em;
    }

    .typing {
      display: flex;
      align-self: start;
      gap: 4px;
      margin-block-start: 10px;
      padding: 13px 14px;
      border-radius: var(--_r-bubble);
      border-end-start-radius: var(--_r-xs);
      background: var(--_other);
      color: var(--_text-2);
    }
    .typing i {
      inline-size: 6px;
      block-size: 6px;
      border-radius: 50%;
      background: currentColor;
      animation: breathe 1.2s ease-in-out infinite;
    }
    .typing i:nth-child(2) {
      animation-delay: 0.16s;
    }
    .typing i:nth-child(3) {
      animation-delay: 0.32s;
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
      inset-inline-end: 14px;
      display: grid;
      place-items: center;
      inline-size: max(40px, var(--_target));
      block-size: max(40px, var(--_target));
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: var(--_pop);
      color: var(--_text-2);
      box-shadow: var(--_e2);
      cursor: pointer;
    }
    .to-latest .badge {
      position: absolute;
      inset-block-start: -8px;
    }
    @media (forced-colors: active) {
      .bubble,
      .typing,
      .to-latest {
        border: 1px solid CanvasText;
      }
      .own .bubble {
        border-width: 2px;
      }
    }
  `,
];
