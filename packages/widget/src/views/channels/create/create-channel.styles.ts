import { css, type CSSResult } from 'lit';

/** Style of the form that makes a channel. */
export const createChannelStyles: CSSResult = css`
  .choices {
    display: grid;
    gap: 8px;
  }
  .choice {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px 12px;
    padding: 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_r);
    background: var(--_ground);
    cursor: pointer;
  }
  .choice:has(:checked) {
    border-color: var(--_ink);
    background: var(--_soft);
  }
  .choice:has(:focus-visible) {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .choice input {
    grid-row: 1 / 3;
    inline-size: 20px;
    block-size: 20px;
    margin: 1px 0 0;
  }
  .choice input:focus-visible {
    outline: none;
  }
  .choice .title {
    font-weight: 600;
  }
  @media (forced-colors: active) {
    .choice:has(:checked) {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
