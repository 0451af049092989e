import { css, type CSSResult } from 'lit';

/** Style of menus, and of other boxes with items that float over the page. */
export const menuStyles: CSSResult = css`
  .menu {
    --_under: var(--_pop);
    position: fixed;
    inset: auto;
    inline-size: max-content;
    min-inline-size: 12.5rem;
    max-inline-size: min(20rem, calc(100vw - 16px));
    margin: 0;
    padding: 5px;
    overflow: auto;
    border: 0;
    border-radius: var(--_r);
    background: var(--_pop);
    color: var(--_text);
    box-shadow: var(--_e2);
  }
  .item {
    display: flex;
    align-items: center;
    gap: 10px;
    inline-size: 100%;
    min-block-size: max(38px, var(--_target));
    padding: 4px 10px;
    border: 0;
    border-radius: var(--_r-s);
    background: none;
    text-align: start;
    cursor: pointer;
  }
  .item .icon {
    color: var(--_text-2);
  }
  .item:is(:hover, :focus-visible) {
    background: var(--_hover);
  }
  .item:focus-visible {
    outline-offset: -2px;
  }
  .item.danger,
  .item.danger .icon {
    color: var(--_danger);
  }
  .menu .problem {
    padding: 6px 10px;
  }
  @media (forced-colors: active) {
    .menu {
      border: 1px solid CanvasText;
    }
  }
`;
