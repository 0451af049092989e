import { css, type CSSResult } from 'lit';

/** Style of the composer. */
export const composerStyles: CSSResult = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    max-inline-size: 53rem;
    margin-inline: auto;
    padding: 8px 12px 12px;
    padding-block-end: max(12px, env(safe-area-inset-bottom));
  }
  .line {
    display: flex;
    align-items: end;
    gap: 8px;
    padding: 3px;
    border: 1px solid var(--_control-border);
    border-radius: 26px;
    background: var(--_surface);
    transition: border-color var(--_duration);
  }
  .line:focus-within {
    border-color: var(--_focus);
    outline: 1px solid var(--_focus);
  }
  textarea.input {
    flex: 1;
    field-sizing: content;
    inline-size: 0;
    min-inline-size: 0;
    max-block-size: 11em;
    padding: 10px 4px 10px 16px;
    padding-inline: 16px 4px;
    border: 0;
    background: none;
    line-height: 1.45;
    resize: none;
    overflow-y: auto;
    scrollbar-width: thin;
  }
  textarea.input:focus-visible {
    outline: none;
  }
  .send {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: var(--_brand);
    color: var(--_on-brand);
    cursor: pointer;
    transition:
      background-color var(--_duration),
      color var(--_duration);
  }
  .send:disabled {
    background: transparent;
    color: var(--_text-muted);
    cursor: default;
  }
  .left {
    padding-inline: 16px;
    color: var(--_text-muted);
    font-size: 0.8125em;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .left.over {
    color: var(--_danger);
    font-weight: 600;
  }
  .problem {
    padding-inline: 4px;
  }
  @media (forced-colors: active) {
    .send {
      border: 1px solid ButtonText;
    }
  }
`;
