import { css, type CSSResult } from 'lit';

/** Style of what can be set for a conversation. */
export const optionsStyles: CSSResult = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    padding: 16px;
  }
  .setting {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 2px 16px;
    inline-size: 100%;
    padding-block: 2px;
  }
  .setting label {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 44px;
    font-weight: 600;
    cursor: pointer;
  }
  .setting label .icon {
    color: var(--_text-muted);
  }
  .setting .hint {
    grid-column: 1 / -1;
    margin-block-start: -3px;
  }
  .setting select {
    grid-column: 1 / -1;
    inline-size: 100%;
    margin-block-end: 10px;
  }
  .switch {
    appearance: none;
    position: relative;
    inline-size: 44px;
    block-size: 26px;
    margin: 0;
    border: 1px solid var(--_control-border);
    border-radius: 13px;
    background: var(--_surface);
    cursor: pointer;
    transition:
      background-color var(--_duration),
      border-color var(--_duration);
  }
  .switch::before {
    content: '';
    position: absolute;
    inset-block-start: 3px;
    inset-inline-start: 3px;
    inline-size: 18px;
    block-size: 18px;
    border-radius: 50%;
    background: var(--_control-border);
    transition: inset-inline-start var(--_duration);
  }
  .switch:checked {
    border-color: var(--_brand);
    background: var(--_brand);
  }
  .switch:checked::before {
    inset-inline-start: 21px;
    background: var(--_on-brand);
  }
  .switch:disabled,
  select:disabled {
    opacity: 0.5;
    cursor: default;
  }
  @media (forced-colors: active) {
    .switch {
      border-color: ButtonText;
      forced-color-adjust: none;
      background: ButtonFace;
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
