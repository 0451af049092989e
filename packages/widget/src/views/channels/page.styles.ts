import { css, type CSSResultArray } from 'lit';
import { list } from '@seal-chat/ui';

/** Style of what fills a pane: a heading with a way back, what scrolls below it, and a foot that stays. */
export const pageStyles: CSSResultArray = [
  list,
  css`
    :host {
      display: flex;
      flex-direction: column;
      min-block-size: 0;
      line-height: 1.45;
    }
    .head {
      display: flex;
      flex: none;
      align-items: center;
      gap: 4px;
      min-block-size: var(--_head);
      padding-inline: 12px;
    }
    .head h2 {
      flex: 1;
      min-inline-size: 0;
    }
    h2:focus {
      outline: none;
    }
    form {
      display: flex;
      flex: 1;
      flex-direction: column;
      min-block-size: 0;
    }
    .fields {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      align-content: start;
      gap: 18px;
      padding: 4px 16px 20px;
    }
    .foot {
      display: grid;
      flex: none;
      gap: 10px;
      padding: 12px 16px;
      border-block-start: 1px solid var(--_line);
    }
    textarea.input {
      min-block-size: 72px;
      field-sizing: content;
      max-block-size: 12rem;
      resize: vertical;
    }
    fieldset {
      min-inline-size: 0;
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0 0 6px;
      font-size: var(--_f-s);
      font-weight: 600;
    }
  `,
];
