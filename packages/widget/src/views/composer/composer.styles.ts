import { css, type CSSResult } from 'lit';

/** Style of the composer: one calm box. */
export const composerStyles: CSSResult = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    max-inline-size: 760px;
    margin-inline: auto;
    padding: 6px 10px 10px;
    padding-block-end: max(10px, env(safe-area-inset-bottom));
  }
  .line {
    display: flex;
    align-items: end;
    gap: 2px;
    padding: 3px;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_r) * 1.84);
    background: var(--_sunken);
  }
  .line:focus-within {
    border-color: var(--_focus);
    outline: 1px solid var(--_focus);
    background: var(--_ground);
  }
  textarea.input {
    flex: 1;
    field-sizing: content;
    inline-size: 0;
    min-inline-size: 0;
    min-block-size: var(--_target);
    max-block-size: 11.5em;
    padding: calc((var(--_target) - 1.42em) / 2) 6px;
    padding-inline-start: 12px;
    border: 0;
    background: none;
    resize: none;
    overflow-y: auto;
    scrollbar-width: thin;
  }
  textarea.input:focus-visible {
    outline: none;
  }
  /* The drop: its tight corner points at the one who speaks. */
  .send {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: var(--_target);
    block-size: var(--_target);
    padding: 0;
    border: 0;
    border-radius: var(--_r-full);
    border-end-end-radius: min(30%, var(--_r-full));
    background: var(--_fill);
    color: var(--_on-fill);
    cursor: pointer;
    transition: background-color var(--_t1);
  }
  .send:disabled {
    background: transparent;
    color: var(--_text-2);
    cursor: default;
  }
  .left {
    padding-inline: 14px;
    color: var(--_text-2);
    font-size: var(--_f-xs);
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
