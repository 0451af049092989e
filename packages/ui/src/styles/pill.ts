import { css, type CSSResult } from 'lit';

/** A state in a word: its colour only repeats it. */
export const pill: CSSResult = css`
  .pill {
    display: inline-flex;
    align-items: center;
    flex: none;
    gap: 4px;
    min-block-size: 22px;
    padding-inline: 8px;
    border-radius: 11px;
    background: var(--_sunken);
    color: var(--_text-2);
    font-size: var(--_f-xs);
    font-weight: 600;
    white-space: nowrap;
  }
  .pill.ink {
    background: var(--_soft);
    color: var(--_ink);
  }
  .pill.good {
    background: color-mix(in oklab, var(--_ground), var(--_good) 10%);
    color: var(--_good);
  }
  .pill.warn {
    background: var(--_warn-soft);
    color: var(--_warn);
  }
  .pill.danger {
    background: var(--_danger-soft);
    color: var(--_danger);
  }
  @media (forced-colors: active) {
    .pill {
      border: 1px solid CanvasText;
    }
  }
`;
