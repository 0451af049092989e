import { css, type CSSResult } from 'lit';

/** Style of attached files, people to mention, and a voice note that is being recorded. */
export const toolStyles: CSSResult = css`
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
    border-radius: var(--_r-m);
    background: var(--_sunken);
  }
  .file.failed {
    background: var(--_danger-soft);
    box-shadow: inset 0 0 0 1px color-mix(in oklab, var(--_danger) 55%, transparent);
  }
  .file .name {
    font-weight: 600;
  }
  .file .state {
    color: var(--_text-2);
    font-size: var(--_f-s);
    font-variant-numeric: tabular-nums;
  }
  .failed .state {
    color: var(--_danger);
  }
  .file progress {
    inline-size: 100%;
    block-size: 4px;
    accent-color: var(--_ink);
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
    border-radius: var(--_r-s);
    background: var(--_ground);
    color: var(--_ink);
  }
  .kind img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }

  #mentions {
    --_under: var(--_pop);
    max-block-size: 16rem;
    padding: 5px;
    overflow-y: auto;
    border-radius: var(--_r);
    background: var(--_pop);
    box-shadow: var(--_e2);
  }
  #mentions li {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: max(40px, var(--_target));
    padding: 4px 10px;
    border-radius: var(--_r-s);
    cursor: pointer;
  }
  #mentions li[aria-selected='true'] {
    background: var(--_soft);
  }
  #mentions .avatar {
    --_avatar: 28px;
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
  @media (forced-colors: active) {
    #mentions,
    .file {
      border: 1px solid CanvasText;
    }
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
