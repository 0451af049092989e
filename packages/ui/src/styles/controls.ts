import { css, type CSSResult } from 'lit';

/** Buttons with words, and fields of forms. At most one button of a view is `primary`; danger is outlined until the last step (`final`). */
export const controls: CSSResult = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: max(40px, var(--_target));
    padding: 6px 16px;
    border: 1px solid transparent;
    border-radius: var(--_r-m);
    background: none;
    font-weight: 600;
    line-height: 1.25;
    text-align: center;
    cursor: pointer;
    transition:
      background-color var(--_t1),
      opacity var(--_t1);
  }
  .button.primary {
    background: var(--_fill);
    color: var(--_on-fill);
  }
  .button.primary:hover:enabled {
    background: color-mix(in oklab, var(--_fill), var(--_text) 14%);
  }
  .button.secondary {
    border-color: var(--_line-strong);
  }
  .button.quiet {
    padding-inline: 10px;
    color: var(--_ink);
  }
  .button.danger:not(.final) {
    color: var(--_danger);
  }
  .button.danger:not(.quiet, .final) {
    border-color: currentColor;
  }
  :is(.secondary, .quiet, .danger:not(.final)):hover:enabled {
    background: var(--_hover);
  }
  .button.final {
    background: light-dark(oklch(0.53 0.19 27), oklch(0.57 0.19 27));
    color: #fff;
  }
  .button.wide {
    inline-size: 100%;
  }
  .button:is(:disabled, [aria-disabled='true']) {
    opacity: 0.5;
    cursor: default;
  }
  .field {
    display: grid;
    gap: 6px;
  }
  .field > label {
    font-size: var(--_f-s);
    font-weight: 600;
  }
  @media (forced-colors: active) {
    .button {
      border: 1px solid ButtonText;
    }
    .button.primary {
      border-color: Highlight;
      forced-color-adjust: none;
    }
  }
`;
