import { css, type CSSResultArray } from 'lit';
import { controls } from './controls.ts';

/** Style of views that are one column in the middle: sign-in, recovery, linking. */
export const card: CSSResultArray = [
  controls,
  css`
    :host {
      display: flex;
      flex-direction: column;
      block-size: 100%;
      overflow-y: auto;
      overscroll-behavior: contain;
      line-height: 1.45;
    }
    .bar {
      flex: none;
      padding: 12px 12px 0;
    }
    .card {
      flex: 1 0 auto;
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      align-content: center;
      gap: 18px;
      inline-size: 100%;
      max-inline-size: 25rem;
      margin-inline: auto;
      padding: 28px 24px 20px;
    }
    .bar + .card {
      padding-block: 8px 60px;
    }
    .card > .head {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
    h2 {
      overflow-wrap: break-word;
      hyphens: auto;
      font-size: 1.6em;
      font-weight: 700;
      letter-spacing: -0.02em;
      line-height: 1.2;
    }
    .lead {
      color: var(--_text-2);
      text-wrap: pretty;
    }
    .mark {
      inline-size: 44px;
      block-size: 44px;
      margin-block-end: 4px;
      margin-inline-start: -3px;
    }
    form,
    .stack {
      display: grid;
      gap: 14px;
    }
    .code {
      padding: 16px;
      border-radius: var(--_r);
      background: var(--_sunken);
      font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
      font-size: 1.12em;
      font-weight: 600;
      letter-spacing: 0.06em;
      line-height: 1.7;
      text-align: center;
      text-wrap: balance;
      user-select: all;
    }
    /* Groups of a long code, four a row. */
    .code.groups {
      display: grid;
      grid-template-columns: repeat(4, max-content);
      justify-content: space-between;
    }
    .code.large {
      font-size: 2em;
      letter-spacing: 0.16em;
    }
    .input.code-input {
      font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
      letter-spacing: 0.06em;
      text-transform: uppercase;
    }
    .code-input::placeholder {
      text-transform: none;
    }
    .progress {
      display: flex;
      align-items: center;
      gap: 12px;
      min-block-size: 44px;
      color: var(--_text-2);
    }
    .row-of-buttons {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
    @media (forced-colors: active) {
      .code {
        border: 1px solid CanvasText;
      }
    }
  `,
];
