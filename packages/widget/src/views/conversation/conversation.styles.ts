import { css, type CSSResult } from 'lit';

/** Style of an open conversation. */
export const conversationStyles: CSSResult = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    position: relative;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 64px;
    padding: 8px 16px;
    border-block-end: 1px solid var(--_border);
  }
  .head .avatar {
    inline-size: 40px;
    block-size: 40px;
  }
  .back {
    display: none;
    margin-inline: -8px -8px;
  }
  .who {
    min-inline-size: 0;
    line-height: 1.3;
  }
  h2,
  .presence {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2:focus {
    outline: none;
  }
  .presence {
    color: var(--_text-muted);
    font-size: 0.8667em;
  }
  .presence:empty {
    display: none;
  }
  seal-message-list {
    flex: 1;
  }
  /* The details stand beside what they are about. */
  @container (inline-size >= 960px) {
    .head:has([open]),
    .head:has([open]) ~ * {
      margin-inline-end: 20rem;
    }
  }
  @container (inline-size < 640px) {
    .head {
      padding-inline: 12px;
    }
    .back {
      display: inline-grid;
    }
  }
`;
