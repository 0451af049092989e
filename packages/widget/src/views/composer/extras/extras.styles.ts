import { css, type CSSResult } from 'lit';

/** Style of what the composer can do besides sending a text. */
export const extrasStyles: CSSResult = css`
  .tool + textarea.input,
  input + textarea.input {
    padding-inline-start: 6px;
  }
  .request {
    display: flex;
    align-items: center;
    gap: 10px;
    padding-inline: 14px 4px;
    border-radius: var(--_r-bubble);
    background: var(--_sunken);
  }
  .request > .icon {
    color: var(--_ink);
  }
  .about {
    display: grid;
    flex: 1;
    min-inline-size: 0;
    padding-block: 5px;
    font-size: var(--_f-s);
    line-height: 1.35;
  }
  .about > * {
    overflow: hidden;
    text-overflow: ellipsis;
    text-align: start;
    white-space: nowrap;
  }
  .request b {
    color: var(--_ink);
    font-weight: 600;
  }
  .request span {
    color: var(--_text-2);
  }

  .drop-zone {
    position: absolute;
    inset: 8px;
    z-index: 1;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_ink);
    border-radius: var(--_r-bubble);
    background: color-mix(in oklab, var(--_ground) 90%, transparent);
    font-weight: 600;
    pointer-events: none;
  }
`;
