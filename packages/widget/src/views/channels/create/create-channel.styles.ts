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
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    cursor: pointer;
  }
  .choice:has(:checked) {
    border-color: var(--_brand);
    background: var(--_selected);
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
    accent-color: var(--_brand);
  }
  .choice input:focus-visible {
    outline: none;
  }
  .choice .title {
    font-weight: 600;
  }
  .choice:has(:checked) .hint {
    color: var(--_text);
  }
  @media (forced-colors: active) {
    .choice:has(:checked) {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
