import { css, type CSSResultArray } from 'lit';
import { controls } from '../styles/controls.ts';
import { floating } from '../styles/floating.ts';

/** Style of dialogs. */
export const dialogStyles: CSSResultArray = [
  controls,
  floating,
  css`
    .dialog {
      --_under: var(--_pop);
      inset: 0;
      inline-size: min(340px, calc(100vw - 32px));
      max-block-size: calc(100dvh - 32px);
      margin: auto;
      padding: 20px;
      overflow: auto;
      border: 0;
      border-radius: var(--_r-l);
      background: var(--_pop);
      color: var(--_text);
      box-shadow: var(--_e3);
    }
    .dialog[open] {
      display: grid;
      gap: 10px;
    }
    .dialog h3 {
      font-size: var(--_f-l);
      font-weight: 650;
    }
    .dialog::backdrop {
      background: var(--_scrim);
    }
    @media (forced-colors: active) {
      .dialog {
        border: 1px solid CanvasText;
      }
    }
  `,
];
