import { css, type CSSResult } from 'lit';

/** Style of views that are one column in the middle: sign-in, recovery, linking. */
export const card: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
    line-height: 1.5;
  }
  .bar {
    flex: none;
    padding: 8px 8px 0;
  }
  .card {
    flex: 1 0 auto;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: center;
    gap: 20px;
    inline-size: 100%;
    max-inline-size: 26rem;
    margin-inline: auto;
    padding: 32px 24px;
  }
  .bar + .card {
    padding-block-start: 8px;
    padding-block-end: 60px;
  }
  .card > .head {
    display: grid;
    gap: 8px;
  }
  h2 {
    font-size: 1.5em;
    font-weight: 650;
    letter-spacing: -0.012em;
    line-height: 1.25;
  }
  .lead {
    color: var(--_text-muted);
    text-wrap: pretty;
  }
  .mark {
    inline-size: 56px;
    block-size: 56px;
    margin-inline-start: -4px;
    color: var(--_brand);
  }
  form,
  .stack {
    display: grid;
    gap: 14px;
  }
  .code {
    padding: 18px 16px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface-raised);
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    font-size: 1.2em;
    font-weight: 600;
    letter-spacing: 0.06em;
    line-height: 1.6;
    text-align: center;
    text-wrap: balance;
    user-select: all;
  }
  .code.large {
    font-size: 2em;
    letter-spacing: 0.16em;
  }
  .input.code-input {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  .code-input::placeholder {
    text-transform: none;
  }
  .check {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
    cursor: pointer;
  }
  .check input {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    margin: 0;
    accent-color: var(--_brand);
  }
  .progress {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
    color: var(--_text-muted);
  }
  .row-of-buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
  }
`;
