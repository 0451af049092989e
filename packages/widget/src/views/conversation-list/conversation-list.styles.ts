import { css, type CSSResult } from 'lit';

/** Style of the list of conversations. */
export const conversationListStyles: CSSResult = css`
  :host {
    display: block;
  }
  ul {
    padding: 4px 8px 8px;
  }
  .row {
    display: grid;
    grid-template: 'avatar first' auto 'avatar second' auto / auto minmax(0, 1fr);
    align-items: center;
    column-gap: 12px;
    row-gap: 1px;
    inline-size: 100%;
    min-block-size: 64px;
    padding: 9px 10px;
    border: 0;
    border-radius: var(--_radius);
    background: none;
    text-align: start;
    line-height: 1.35;
    cursor: pointer;
    transition: background-color var(--_duration);
  }
  .row:hover {
    background: var(--_hover);
  }
  .row[aria-current='true'] {
    background: var(--_selected);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .avatar {
    --_ring: var(--_surface-raised);
    grid-area: avatar;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 8px;
    min-inline-size: 0;
    min-block-size: 22px;
  }
  .name,
  .preview {
    flex: 1;
  }
  .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  time {
    flex: none;
    color: var(--_text-muted);
    font-size: 0.8125em;
    font-variant-numeric: tabular-nums;
  }
  .preview {
    display: flex;
    align-items: center;
    gap: 4px;
    min-inline-size: 0;
    color: var(--_text-muted);
    font-size: 0.9375em;
    white-space: nowrap;
  }
  /* Each text is clipped at the end of its own direction. */
  .preview > bdi,
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
    color: var(--_brand);
    font-weight: 600;
  }
  .typing {
    color: var(--_brand);
  }
  .draft {
    color: var(--_danger);
  }
  .tick .icon {
    inline-size: 1.1em;
    block-size: 1.1em;
  }
  .tick.read {
    color: var(--_brand);
  }
  .tick.failed {
    color: var(--_danger);
  }
  .badge {
    flex: none;
    min-inline-size: 22px;
    padding: 2px 7px;
    border-radius: 11px;
    background: var(--_brand);
    color: var(--_on-brand);
    font-size: 0.8125em;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    line-height: 18px;
    text-align: center;
  }
  .muted .badge {
    background: var(--_text-muted);
    color: var(--_surface);
  }
  .muted time {
    color: var(--_text-muted);
  }
  .sign {
    color: var(--_text-muted);
  }
  .sign .icon {
    inline-size: 1.1em;
    block-size: 1.1em;
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
    .badge {
      border: 1px solid CanvasText;
    }
  }
`;
