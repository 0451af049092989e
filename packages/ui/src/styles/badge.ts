import { css, type CSSResult } from 'lit';

/** A count, quiet where its conversation is muted. */
export const badge: CSSResult = css`
  .badge {
    display: inline-grid;
    place-items: center;
    flex: none;
    min-inline-size: 20px;
    block-size: 20px;
    padding-inline: 6px;
    border-radius: 10px;
    background: var(--_fill);
    color: var(--_on-fill);
    font-size: var(--_f-xs);
    font-weight: 700;
    font-variant-numeric: tabular-nums;
    line-height: 1;
  }
  .badge.quiet {
    background: var(--_sunken);
    color: var(--_text-2);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  @media (forced-colors: active) {
    .badge {
      border: 1px solid CanvasText;
    }
    .badge:not(.quiet) {
      forced-color-adjust: none;
    }
  }
`;
