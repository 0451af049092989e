import { css, type CSSResult } from 'lit';

/** Style of the files in a message. */
export const attachmentStyles: CSSResult = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 4px;
  }
  .images {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 45%), 1fr));
    gap: 2px;
    overflow: hidden;
    border-radius: calc(var(--_r-bubble) - 3px);
    inline-size: 22rem;
    max-inline-size: 100%;
  }
  .images.single {
    display: block;
  }
  .picture {
    position: relative;
    min-inline-size: 0;
  }
  .image {
    position: relative;
    display: block;
    inline-size: 100%;
    padding: 0;
    overflow: hidden;
    border: 0;
    border-radius: calc(var(--_r-bubble) - 3px);
    background: color-mix(in oklab, currentColor 10%, transparent);
    cursor: pointer;
  }
  .image:disabled {
    cursor: default;
  }
  .image img,
  .image canvas {
    display: block;
    inline-size: 100%;
    block-size: auto;
    max-block-size: 20rem;
    min-block-size: 4rem;
    object-fit: cover;
  }
  .images:not(.single) .image {
    border-radius: 0;
  }
  .images:not(.single) :is(img, canvas) {
    aspect-ratio: 1;
    block-size: 100%;
  }
  .image canvas {
    filter: saturate(1.1);
  }
  .picture:has(.poster) {
    inline-size: 22rem;
    max-inline-size: 100%;
  }
  .play {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
  }
  .play .icon {
    inline-size: 48px;
    block-size: 48px;
    padding: 13px;
    border-radius: 50%;
    background: rgb(0 0 0 / 0.62);
    color: #fff;
  }
  .length {
    position: absolute;
    pointer-events: none;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    padding: 1px 8px;
    border-radius: 10px;
    background: rgb(0 0 0 / 0.62);
    color: #fff;
    font-size: 0.8em;
    font-variant-numeric: tabular-nums;
  }
  video {
    inline-size: 22rem;
    max-inline-size: 100%;
    block-size: auto;
    max-block-size: 20rem;
    border-radius: calc(var(--_r-bubble) - 3px);
    background: #000;
  }
  audio[controls] {
    inline-size: 20rem;
    max-inline-size: 100%;
    block-size: 44px;
  }

  .card {
    display: flex;
    align-items: center;
    gap: 10px;
    inline-size: 20rem;
    max-inline-size: 100%;
    min-block-size: 52px;
    padding: 4px 6px;
    border-radius: calc(var(--_r-bubble) - 3px);
    background: color-mix(in oklab, currentColor 7%, transparent);
  }
  .kind {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 40px;
    block-size: 40px;
    border-radius: var(--_r-s);
    background: color-mix(in oklab, currentColor 10%, transparent);
  }
  .about {
    display: grid;
    flex: 1;
    min-inline-size: 0;
    line-height: 1.35;
    text-align: start;
  }
  .card .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .card .hint,
  .card .icon-button {
    color: inherit;
  }
  .card .hint {
    font-size: var(--_f-s);
  }

  .bar {
    display: grid;
    gap: 2px;
    padding: 2px 9px;
    font-size: 0.8em;
  }
  .picture > .bar {
    position: absolute;
    inset-block-end: 6px;
    inset-inline: 6px;
    padding-block: 4px 6px;
    border-radius: 8px;
    background: rgb(0 0 0 / 0.62);
    color: #fff;
  }
  progress {
    inline-size: 100%;
    block-size: 4px;
    accent-color: var(--_accent, var(--_ink));
  }
  .problem,
  .problem-line {
    padding-inline: 9px;
  }

  .voice {
    display: flex;
    align-items: center;
    gap: 10px;
    inline-size: 17rem;
    max-inline-size: 100%;
    padding: 4px 9px 0 4px;
    padding-inline: 4px 9px;
  }
  .play-button {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: max(40px, var(--_target));
    block-size: max(40px, var(--_target));
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: var(--_accent, var(--_fill));
    color: var(--_on-accent, var(--_on-fill));
    cursor: pointer;
  }
  .wave {
    position: relative;
    flex: 1;
    min-inline-size: 0;
  }
  .wave svg {
    display: block;
    inline-size: 100%;
    block-size: 30px;
    fill: color-mix(in oklab, currentColor 42%, transparent);
  }
  .wave .past {
    fill: var(--_accent, var(--_ink));
  }
  .wave input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .wave:has(input:focus-visible) {
    border-radius: 6px;
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .time {
    font-size: 0.8em;
    font-variant-numeric: tabular-nums;
  }
  @media (forced-colors: active) {
    .card,
    .image,
    .play-button {
      border: 1px solid CanvasText;
    }
    .wave svg {
      fill: GrayText;
    }
    .wave .past {
      fill: Highlight;
    }
  }
`;
