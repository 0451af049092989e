import { css, type CSSResult } from 'lit';

/** Style of the search for people. */
export const peopleSearchStyles: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
  }
  .field-row {
    position: relative;
    margin: 0 12px 8px;
  }
  .glass {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 13px;
    display: grid;
    align-items: center;
    color: var(--_text-muted);
    pointer-events: none;
  }
  .input {
    padding-inline: 42px;
    border-color: transparent;
    background: light-dark(#e9edf0, #262d33);
    text-overflow: ellipsis;
  }
  .clear {
    position: absolute;
    inset-block-start: 0;
    inset-inline-end: 0;
  }
  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_border) transparent;
  }
  ul {
    padding: 4px 8px 8px;
  }
  .person {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 60px;
    padding: 6px 10px;
    border-radius: var(--_radius);
    font-weight: 600;
    cursor: pointer;
  }
  .person bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .person:hover {
    background: var(--_hover);
  }
  .person[aria-selected='true'] {
    background: var(--_selected);
  }
  .note {
    padding: 28px 24px;
    text-align: center;
    overflow-wrap: anywhere;
  }
  @media (forced-colors: active) {
    .input {
      border-color: ButtonBorder;
    }
    .person[aria-selected='true'] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
