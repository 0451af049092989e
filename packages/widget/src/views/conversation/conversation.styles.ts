import { css, type CSSResult } from 'lit';

/** Style of an open conversation. */
export const conversationStyles: CSSResult = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: var(--_head);
    padding-inline: 16px 12px;
    border-block-end: 1px solid var(--_line);
  }
  .head .avatar {
    --_avatar: 36px;
  }
  .head > .icon-button {
    display: none;
    margin-inline: -6px;
  }
  .who {
    min-inline-size: 0;
    line-height: 1.25;
  }
  h2 {
    display: flex;
    gap: 5px;
  }
  /* A name is clipped at the end of its own direction, and hides no sign beside it. */
  h2 > bdi,
  .presence {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2:focus {
    outline: none;
  }
  .presence {
    color: var(--_text-2);
    font-size: var(--_f-s);
  }
  .shield {
    align-self: center;
    color: var(--_ink);
  }
  .shield.changed {
    color: var(--_warn);
  }
  .shield .icon {
    inline-size: 16px;
    block-size: 16px;
  }
  .presence:empty {
    display: none;
  }
  seal-message-list {
    flex: 1;
  }
  /* The details are next to what they are about. */
  @container (inline-size >= 960px) {
    .head:has([open]),
    .head:has([open]) ~ * {
      margin-inline-end: 300px;
    }
  }
  @container (inline-size < 640px) {
    .head {
      padding-inline: 12px;
    }
    .head > .icon-button {
      display: inline-grid;
    }
  }
`;
