import { css, type CSSResult } from 'lit';

/** Tokens of what floats: depth, the veil behind dialogs, larger corners. Views that have such a thing take it. */
export const floating: CSSResult = css`
  :host {
    --_e1: 0 0 0 1px var(--_line), 0 2px 6px rgb(0 0 0 / 0.07);
    --_e3: 0 0 0 1px var(--_line), 0 4px 12px rgb(0 0 0 / 0.08), 0 20px 56px rgb(0 0 0 / 0.22);
    --_scrim: light-dark(oklch(0.2 0.02 230 / 0.42), oklch(0.1 0.01 230 / 0.6));
    --_r-l: calc(var(--_r) * 1.34);
  }
`;
