import { css, type CSSResult } from 'lit';

/** A switch: `<input type="checkbox" role="switch" class="switch">`. Its state is seen by place, not by colour. */
export const toggle: CSSResult = css`
  .switch {
    appearance: none;
    position: relative;
    flex: none;
    inline-size: 38px;
    block-size: 22px;
    margin: 0;
    border-radius: 11px;
    background: var(--_line-strong);
    cursor: pointer;
    transition: background-color var(--_t2);
  }
  .switch::before {
    content: '';
    position: absolute;
    inset-block-start: 3px;
    inset-inline-start: 3px;
    inline-size: 16px;
    block-size: 16px;
    border-radius: 50%;
    background: var(--_ground);
    transition: inset-inline-start var(--_t2);
  }
  .switch:checked {
    background: var(--_ink);
  }
  .switch:checked::before {
    inset-inline-start: 19px;
  }
  .switch:disabled {
    opacity: 0.5;
    cursor: default;
  }
  @media (forced-colors: active) {
    .switch {
      outline: 1px solid ButtonText;
      background: ButtonFace;
      forced-color-adjust: none;
    }
    .switch::before {
      background: ButtonText;
    }
    .switch:checked {
      background: Highlight;
    }
    .switch:checked::before {
      background: HighlightText;
    }
  }
`;
