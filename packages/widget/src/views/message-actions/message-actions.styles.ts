import { css, type CSSResult } from 'lit';

/** Style of what floats over the messages. */
export const actionStyles: CSSResult = css`
  #tools {
    position: absolute;
    display: flex;
    border: 1px solid var(--_border);
    border-radius: 22px;
    background: var(--_surface);
    box-shadow: 0 1px 6px rgb(0 0 0 / 0.12);
  }
  .tool {
    display: grid;
    place-items: center;
    inline-size: 34px;
    block-size: 34px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: none;
    color: var(--_text-muted);
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
    padding: 6px;
    overflow: auto;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 6px 28px rgb(0 0 0 / 0.22);
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
    border-block-end: 1px solid var(--_border);
  }
  .emoji-button {
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 44px;
    padding: 0;
    border: 0;
    border-radius: 10px;
    background: none;
    font-size: 1.35em;
    line-height: 1;
    cursor: pointer;
  }
  .emoji-button .icon {
    inline-size: 0.95em;
    block-size: 0.95em;
    color: var(--_text-muted);
  }
  .emoji-button:hover,
  .item:hover {
    background: var(--_hover);
  }
  .emoji-button[aria-checked='true'] {
    background: var(--_selected);
    box-shadow: inset 0 0 0 1px var(--_brand);
  }
  .item {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    min-block-size: 44px;
    padding: 6px 12px;
    border: 0;
    border-radius: 10px;
    background: none;
    text-align: start;
    cursor: pointer;
  }
  .item .icon {
    color: var(--_text-muted);
  }
  .item.danger,
  .item.danger .icon {
    color: var(--_danger);
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
    color: var(--_text-muted);
    font-size: 0.8125em;
  }
  .emoji-grid {
    display: grid;
    grid-template-columns: repeat(8, 40px);
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
    inline-size: min(22rem, calc(100vw - 32px));
    margin: auto;
    padding: 20px;
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
    background: rgb(0 0 0 / 0.45);
  }

  .toast {
    position: absolute;
    inset-block-end: 12px;
    inset-inline: 16px;
    align-items: center;
    padding: 4px 4px 4px 14px;
    padding-inline: 14px 4px;
    border: 1px solid var(--_danger);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .toast span {
    flex: 1;
  }
  .toast .icon {
    margin: 0;
  }
  @media (forced-colors: active) {
    #tools,
    .emoji-button[aria-checked='true'] {
      border: 1px solid CanvasText;
    }
  }
`;
