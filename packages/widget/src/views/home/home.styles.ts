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
    grid-row: 2;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    min-inline-size: 0;
    overflow: hidden;
  }
  .side {
    --_under: var(--_side);
    border-inline-end: 1px solid var(--_line);
    background: var(--_side);
  }
  .side > *:last-child,
  .main > * {
    flex: 1;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 4px;
    min-block-size: var(--_head);
    padding-inline: 16px 12px;
  }
  .head .avatar {
    --_avatar: 36px;
    margin-inline-end: 8px;
  }
  .who {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.25;
  }
  .who p {
    overflow: hidden;
    color: var(--_text-2);
    font-size: var(--_f-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* As the element looks when it is known, without its field. */
  seal-people-search:not(:defined) {
    display: block;
    min-block-size: 0;
    padding-block-start: calc(var(--_target) + 8px);
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
  /* A drop: speech. */
  .glyph {
    display: grid;
    place-items: center;
    inline-size: 56px;
    block-size: 56px;
    margin-block-end: 8px;
    border-radius: 50%;
    border-end-start-radius: 22%;
    background: var(--_soft);
    color: var(--_ink);
  }

  .banner {
    grid-column: 1 / -1;
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-block-size: 40px;
    padding: 2px 16px;
    background: var(--_warn-soft);
    font-size: var(--_f-s);
    line-height: 1.35;
  }
  .banner > :is(.icon, .spinner) {
    color: var(--_warn);
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
