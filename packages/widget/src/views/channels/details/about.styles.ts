import { css, type CSSResult } from 'lit';

/** Style of what there is to know about a conversation. */
export const aboutStyles: CSSResult = css`
  .head {
    padding-inline: 16px 8px;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    gap: 8px;
    padding: 16px;
  }
  section + section,
  .question + section,
  seal-members + section,
  section + seal-members {
    border-block-start: 1px solid var(--_border);
  }
  .who {
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 4px 14px;
    padding-block-start: 0;
  }
  .who .avatar {
    --_ring: var(--_surface-raised);
    inline-size: 56px;
    block-size: 56px;
    font-size: 1.2em;
  }
  .who h3 {
    font-size: 1.15em;
    overflow-wrap: anywhere;
  }
  .about {
    grid-column: 1 / -1;
    margin-block-start: 8px;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .who > .button {
    grid-column: 1 / -1;
    justify-self: start;
    margin-block: 2px -6px;
    margin-inline-start: -18px;
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
  .sealed {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .sealed .icon {
    color: var(--_success);
  }
  .digits {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(5.5ch, max-content));
    inline-size: 100%;
    gap: 2px 14px;
    font-family: ui-monospace, monospace;
    font-variant-numeric: tabular-nums;
  }
  .said {
    margin: 0 16px 12px;
    padding: 10px 14px;
    border-radius: var(--_radius);
    background: var(--_selected);
  }
  .said:empty {
    display: none;
  }
  .scroller > .problem {
    padding: 0 16px 12px;
  }
  .leave {
    margin-inline-start: -18px;
  }
  @media (forced-colors: active) {
    .who > .button,
    .leave {
      margin-inline-start: 0;
    }
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
