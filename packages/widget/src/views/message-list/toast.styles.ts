import { css, type CSSResult } from 'lit';

/** Style of what says over the list why something failed. */
export const toastStyles: CSSResult = css`
  .toast {
    position: absolute;
    inset-block-end: 12px;
    inset-inline: 16px;
    align-items: center;
    padding: 4px 4px 4px 14px;
    padding-inline: 14px 4px;
    border-radius: var(--_r);
    background: var(--_danger-soft);
    box-shadow: inset 0 0 0 1px color-mix(in oklab, var(--_danger) 55%, transparent);
  }
  .toast span {
    flex: 1;
  }
  .toast .icon {
    margin: 0;
  }
  @media (forced-colors: active) {
    .toast {
      border: 1px solid CanvasText;
    }
  }
`;
