import { css, type CSSResult } from 'lit';
import { floating, menuStyles } from '@seal-chat/ui';

/** Style of what floats over the messages. */
export const actionStyles: CSSResult = css`
  ${floating}
  ${menuStyles}
  #tools {
    position: absolute;
    display: flex;
    padding: 2px;
    border-radius: 24px;
    background: var(--_pop);
    box-shadow: var(--_e1);
  }
  .tool {
    display: grid;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    padding: 0;
    border: 0;
    border-radius: var(--_r-full);
    background: none;
    color: var(--_text-2);
    cursor: pointer;
  }
  .tool:hover {
    background: var(--_hover);
    color: var(--_text);
  }
  @media (pointer: coarse) {
    .tool {
      inline-size: 44px;
      block-size: 44px;
    }
  }

  .floating {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 5px;
    overflow: auto;
    border: 0;
    border-radius: var(--_r);
    background: var(--_pop);
    color: var(--_text);
    box-shadow: var(--_e2);
  }
  #menu {
    min-inline-size: 13rem;
    max-inline-size: calc(100vw - 16px);
  }
  .quick {
    display: flex;
    justify-content: space-between;
    margin-block-end: 4px;
    padding-block-end: 4px;
    border-block-end: 1px solid var(--_line);
  }
  .emoji-button {
    display: grid;
    place-items: center;
    inline-size: 36px;
    block-size: max(36px, var(--_target));
    padding: 0;
    border: 0;
    border-radius: var(--_r-s);
    background: none;
    font-size: 1.35em;
    line-height: 1;
    cursor: pointer;
  }
  .emoji-button .icon {
    inline-size: 0.95em;
    block-size: 0.95em;
    color: var(--_text-2);
  }
  .emoji-button:hover {
    background: var(--_hover);
  }
  .emoji-button[aria-checked='true'] {
    background: var(--_soft);
    box-shadow: inset 0 0 0 1.5px var(--_ink);
  }
  .floating :focus-visible {
    outline-offset: -2px;
  }

  #picker {
    max-inline-size: calc(100vw - 16px);
    max-block-size: min(22rem, calc(100vh - 16px));
    padding: 4px 10px 10px;
    scrollbar-width: thin;
  }
  .picker h3 {
    padding: 10px 4px 4px;
    color: var(--_text-2);
    font-size: var(--_f-xs);
  }
  .emoji-grid {
    display: grid;
    grid-template-columns: repeat(8, 36px);
  }
  @media (max-width: 359px) {
    .emoji-grid {
      grid-template-columns: repeat(8, 1fr);
    }
    .emoji-grid .emoji-button {
      inline-size: 100%;
    }
  }

  #question {
    inset: 0;
    inline-size: min(340px, calc(100vw - 32px));
    margin: auto;
    padding: 20px;
    border-radius: var(--_r-l);
    box-shadow: var(--_e3);
  }
  #question h3 {
    font-size: var(--_f-l);
    font-weight: 650;
  }
  #question[open] {
    display: grid;
    gap: 8px;
  }
  #question .hint {
    margin-block: -4px 6px;
    text-align: center;
  }
  #question::backdrop {
    background: var(--_scrim);
  }
  @media (forced-colors: active) {
    #tools,
    .floating,
    .emoji-button[aria-checked='true'] {
      border: 1px solid CanvasText;
    }
  }
`;
