import { css, type CSSResultArray } from 'lit';
import { controls } from './controls.ts';

/** A pane that scrolls, the rows in it, the search field above them, and what is said where there are none. */
export const list: CSSResultArray = [
  controls,
  css`
    .scroller {
      flex: 1;
      min-block-size: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
      scrollbar-width: thin;
      scrollbar-color: var(--_line) transparent;
    }
    .field-row {
      position: relative;
      flex: none;
      margin: 0 12px 8px;
    }
    .glass {
      position: absolute;
      inset-block: 0;
      inset-inline-start: 12px;
      display: grid;
      align-items: center;
      color: var(--_text-2);
      pointer-events: none;
    }
    .glass .icon {
      inline-size: 1.2em;
      block-size: 1.2em;
    }
    .field-row .input {
      min-block-size: var(--_target);
      padding: 6px 38px;
      border-color: transparent;
      background: var(--_sunken);
      text-overflow: ellipsis;
    }
    .field-row .input:focus-visible {
      border-color: var(--_focus);
      background: var(--_ground);
    }
    .rows {
      padding: 0 8px 8px;
    }
    .person {
      display: flex;
      align-items: center;
      gap: 12px;
      min-block-size: 56px;
      padding: 6px 8px;
      border-radius: var(--_r-m);
      font-weight: 500;
      cursor: pointer;
    }
    .person:hover {
      background: var(--_hover);
    }
    .person[aria-selected='true'] {
      background: var(--_soft);
    }
    .note {
      display: grid;
      justify-items: center;
      gap: 6px;
      padding: 28px 24px;
      text-align: center;
      overflow-wrap: anywhere;
    }
    @media (forced-colors: active) {
      .field-row .input {
        border-color: ButtonBorder;
      }
      .person[aria-selected='true'] {
        outline: 2px solid Highlight;
        outline-offset: -2px;
      }
    }
  `,
];
