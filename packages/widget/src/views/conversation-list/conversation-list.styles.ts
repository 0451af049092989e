import { css, type CSSResultArray } from 'lit';
import { badge, messageStateStyles } from '@seal-chat/ui';

/** Style of the list of conversations. */
export const conversationListStyles: CSSResultArray = [
  badge,
  messageStateStyles,
  css`
    :host {
      display: block;
    }
    ul {
      padding: 0 8px 8px;
    }
    .row {
      display: grid;
      grid-template: 'avatar first' auto 'avatar second' auto / auto minmax(0, 1fr);
      align-content: center;
      align-items: center;
      column-gap: 12px;
      inline-size: 100%;
      min-block-size: var(--_row);
      padding: 4px 8px;
      border: 0;
      border-radius: var(--_r-m);
      background: none;
      text-align: start;
      line-height: 1.4;
      cursor: pointer;
      transition: background-color var(--_t1);
    }
    .row:hover {
      background: var(--_hover);
    }
    .row[aria-current='true'] {
      --_under: var(--_soft);
      background: var(--_soft);
    }
    .row:focus-visible {
      outline-offset: -2px;
    }
    .avatar {
      --_avatar: min(44px, calc(var(--_row) - 18px));
      grid-area: avatar;
    }
    .line {
      display: flex;
      align-items: center;
      gap: 8px;
      min-inline-size: 0;
      min-block-size: 21px;
    }
    .name,
    .preview {
      display: flex;
      flex: 1;
      align-items: center;
      gap: 4px;
      min-inline-size: 0;
      white-space: nowrap;
    }
    .name {
      font-weight: 500;
    }
    .unread .name {
      font-weight: 650;
    }
    time {
      flex: none;
      color: var(--_text-2);
      font-size: var(--_f-xs);
      font-variant-numeric: tabular-nums;
    }
    .preview {
      color: var(--_text-2);
      font-size: 0.9334em;
    }
    /* Each text is clipped at the end of its own direction. */
    bdi,
    .preview > i,
    .preview > .sender {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .preview > .sender {
      flex: none;
      max-inline-size: 55%;
    }
    .unread .preview {
      color: var(--_text);
    }
    .unread time {
      color: var(--_ink);
      font-weight: 600;
    }
    .typing,
    .tick.read {
      color: var(--_ink);
    }
    .draft,
    .tick.failed {
      color: var(--_danger);
    }
    .draft {
      font-weight: 600;
    }
    .tick {
      margin-inline-start: -2px;
      font-size: 0.8571em;
    }
    .muted .badge {
      background: var(--_sunken);
      color: var(--_text-2);
      box-shadow: inset 0 0 0 1px var(--_line);
    }
    .muted time {
      color: var(--_text-2);
      font-weight: 400;
    }
    .sign {
      color: var(--_text-2);
    }
    .shield {
      color: var(--_ink);
    }
    .shield.changed {
      color: var(--_warn);
    }
    .sign .icon,
    .shield .icon {
      inline-size: 15px;
      block-size: 15px;
    }
    .empty {
      display: grid;
      gap: 6px;
      padding: 40px 24px;
      text-align: center;
    }
    @media (forced-colors: active) {
      .row[aria-current='true'] {
        outline: 2px solid Highlight;
        outline-offset: -2px;
      }
    }
  `,
];
