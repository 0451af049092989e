import { css, type CSSResult } from 'lit';

/** Style of what the composer can do besides sending a text. */
export const extrasStyles: CSSResult = css`
  .tool + textarea.input,
  input + textarea.input {
    padding-inline-start: 2px;
  }
  .request {
    display: flex;
    align-items: center;
    gap: 10px;
    padding-inline: 14px 4px;
    border-inline-start: 3px solid var(--_brand);
    border-radius: 8px;
    background: var(--_surface-raised);
  }
  .request > .icon {
    color: var(--_brand);
  }
  .about {
    display: grid;
    flex: 1;
    min-inline-size: 0;
    padding-block: 5px;
    font-size: 0.9375em;
    line-height: 1.35;
  }
  .about > * {
    overflow: hidden;
    text-overflow: ellipsis;
    text-align: start;
    white-space: nowrap;
  }
  .request span {
    color: var(--_text-muted);
  }

  .tray {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
    gap: 6px;
    max-block-size: 13rem;
    overflow-y: auto;
    scrollbar-width: thin;
  }
  .file {
    display: flex;
    align-items: center;
    gap: 8px;
    min-inline-size: 0;
    padding: 4px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface-raised);
  }
  .file.failed {
    border-color: var(--_danger);
  }
  .file .name {
    font-weight: 600;
  }
  .file .state {
    color: var(--_text-muted);
    font-size: 0.8667em;
    font-variant-numeric: tabular-nums;
  }
  .failed .state {
    color: var(--_danger);
  }
  .file progress {
    inline-size: 100%;
    block-size: 4px;
    accent-color: var(--_brand);
  }
  .file .icon-button {
    margin-inline: -6px 0;
  }
  .file .icon-button:last-child {
    margin-inline-end: -2px;
  }
  .kind {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    overflow: hidden;
    border-radius: calc(var(--_radius) * 0.7);
    background: var(--_surface);
    color: var(--_brand);
  }
  .kind img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }

  #mentions {
    max-block-size: 16rem;
    padding: 4px;
    overflow-y: auto;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.12);
  }
  #mentions li {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 44px;
    padding: 4px 10px;
    border-radius: 10px;
    cursor: pointer;
  }
  #mentions li[aria-selected='true'] {
    background: var(--_selected);
  }
  #mentions .avatar {
    inline-size: 32px;
    block-size: 32px;
    font-size: 0.8em;
  }

  .recording {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 10px;
    min-inline-size: 0;
  }
  .recording ~ textarea,
  .recording ~ .send {
    display: none;
  }
  .light {
    flex: none;
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
    background: var(--_danger);
    animation: blink 1.2s ease-in-out infinite;
  }
  @keyframes blink {
    50% {
      opacity: 0.3;
    }
  }
  .recording .time {
    font-variant-numeric: tabular-nums;
  }
  .levels {
    display: flex;
    flex: 1;
    align-items: center;
    justify-content: end;
    gap: 2px;
    block-size: 26px;
    min-inline-size: 0;
    overflow: hidden;
  }
  .levels i {
    flex: none;
    inline-size: 3px;
    block-size: 3px;
    border-radius: 2px;
    background: color-mix(in oklab, currentColor 45%, transparent);
  }
  .levels .level-1 {
    block-size: 6px;
  }
  .levels .level-2 {
    block-size: 9px;
  }
  .levels .level-3 {
    block-size: 12px;
  }
  .levels .level-4 {
    block-size: 15px;
  }
  .levels .level-5 {
    block-size: 18px;
  }
  .levels .level-6 {
    block-size: 21px;
  }
  .levels .level-7 {
    block-size: 24px;
  }
  .levels .level-8 {
    block-size: 26px;
  }

  .drop-zone {
    position: absolute;
    inset: 8px;
    z-index: 1;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_brand);
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_surface) 90%, transparent);
    font-weight: 600;
    pointer-events: none;
  }
  @media (forced-colors: active) {
    #mentions li[aria-selected='true'] {
      outline: 2px solid Highlight;
    }
    .levels i,
    .light {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`;
