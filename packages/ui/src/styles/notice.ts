import { css, type CSSResultArray } from 'lit';
import { controls } from './controls.ts';

/** A box that says what happened and offers a way on; `calm` when nothing is wrong. Also what is asked in place. */
export const notice: CSSResultArray = [
  controls,
  css`
    :is(.notice, .question) {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      justify-items: start;
      gap: 8px;
      padding: 12px 14px;
      border-radius: var(--_r);
      background: var(--_warn-soft);
      line-height: 1.45;
      overflow-wrap: anywhere;
    }
    .notice.calm {
      background: var(--_sunken);
    }
    .notice h3 {
      display: flex;
      align-items: start;
      gap: 8px;
    }
    .notice h3 .icon {
      color: var(--_warn);
    }
    .answers {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
    :is(.notice, .question) > .button,
    .question .danger {
      background: var(--_ground);
    }
    @media (forced-colors: active) {
      :is(.notice, .question) {
        border: 1px solid CanvasText;
      }
    }
  `,
];
