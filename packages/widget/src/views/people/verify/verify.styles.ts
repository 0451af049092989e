import { css, type CSSResultArray } from 'lit';
import { notice } from '@seal-chat/ui';
import { pageStyles } from '../../channels/page.styles.ts';

/** Style of the page where two people compare their keys. */
export const verifyStyles: CSSResultArray = [
  pageStyles,
  notice,
  css`
    .scroller {
      display: grid;
      flex: 1;
      align-content: start;
      gap: 14px;
      min-block-size: 0;
      overflow-y: auto;
      padding: 4px 16px 16px;
    }
    .qr,
    video {
      inline-size: 188px;
      block-size: 188px;
      justify-self: center;
      border: 1px solid var(--_line);
      border-radius: var(--_r-m);
      background: #fff;
    }
    video {
      background: #000;
      object-fit: cover;
    }
    .waiting {
      display: grid;
      place-items: center;
      block-size: 188px;
    }
    .digits {
      display: grid;
      grid-template-columns: repeat(4, max-content);
      justify-content: space-around;
      gap: 6px 4px;
      padding: 12px 8px;
      border-radius: var(--_r);
      background: var(--_sunken);
      direction: ltr;
      font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
      font-variant-numeric: tabular-nums;
    }
    .choices {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: 8px;
    }
    .result {
      display: grid;
      justify-items: center;
      gap: 8px;
      padding: 28px 14px;
      border-radius: var(--_r);
      background: var(--_soft);
      text-align: center;
      text-wrap: pretty;
    }
    .result .icon {
      inline-size: 44px;
      block-size: 44px;
      color: var(--_ink);
    }
    .result.bad {
      background: var(--_danger-soft, var(--_warn-soft));
    }
    .result.bad .icon {
      color: var(--_danger);
    }
    h3:focus {
      outline: none;
    }
    .state {
      display: flex;
      align-items: center;
      gap: 8px;
      font-weight: 600;
    }
    .state .icon {
      color: var(--_ink);
    }
    @media (forced-colors: active) {
      .result {
        border: 2px solid CanvasText;
      }
      .qr {
        forced-color-adjust: none;
      }
    }
  `,
];
