import { css, type CSSResult } from 'lit';

/** Layout of the panes: side by side, or one at a time where the widget is narrow. */
export const homeStyles: CSSResult = css`
  :host {
    display: block;
    block-size: 100%;
  }
  .panes {
    display: grid;
    grid-template: auto minmax(0, 1fr) / var(--_list-width) minmax(0, 1fr);
    block-size: 100%;
  }
  .side,
  .main {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    min-inline-size: 0;
    overflow: hidden;
  }
  .side,
  .main {
    grid-row: 2;
  }
  .side {
    border-inline-end: 1px solid var(--_border);
    background: var(--_surface-raised);
  }
  .side > *:last-child,
  .main > * {
    flex: 1;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 64px;
    padding: 8px 8px 8px 16px;
    padding-inline: 16px 8px;
  }
  .head .avatar {
    inline-size: 40px;
    block-size: 40px;
  }
  .who {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }
  .who p {
    overflow: hidden;
    color: var(--_text-muted);
    font-size: 0.8667em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* As the element looks when it is known, without its field. */
  seal-people-search:not(:defined) {
    display: block;
    min-block-size: 0;
    padding-block-start: 52px;
    overflow-y: auto;
  }
  .side > .problem {
    flex: none;
    padding: 0 16px 10px;
  }
  .nothing-open {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 6px;
    padding: 24px;
    text-align: center;
  }
  .nothing-open .mark {
    inline-size: 72px;
    block-size: 72px;
    margin-block-end: 8px;
    color: var(--_brand);
  }

  .banner {
    grid-column: 1 / -1;
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-block-size: 44px;
    padding: 4px 16px;
    background: var(--_warning-surface);
    font-size: 0.9375em;
    line-height: 1.35;
  }
  .retry {
    min-block-size: 44px;
    margin-block: -4px;
    padding: 0 8px;
    border: 0;
    background: none;
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 0.18em;
    white-space: nowrap;
    cursor: pointer;
  }

  @container (inline-size < 640px) {
    .panes {
      grid-template-columns: minmax(0, 1fr);
    }
    .side {
      border: 0;
    }
    .panes.open.chats .side,
    .panes:not(.open) .main,
    .panes:not(.chats) .main {
      display: none;
    }
  }
`;
