import { css, type CSSResult } from 'lit';

/** Style of the lightbox: dark in every theme, so that pictures look the same. */
export const lightboxStyles: CSSResult = css`
  .lightbox {
    position: fixed;
    inset: 0;
    inline-size: 100vw;
    block-size: 100dvh;
    max-inline-size: none;
    max-block-size: none;
    margin: 0;
    padding: 0;
    border: 0;
    background: rgb(12 14 16 / 0.96);
    color: #f2f4f5;
    --_text: #f2f4f5;
    --_text-2: #d5dadd;
    --_hover: rgb(255 255 255 / 0.12);
    --_focus: #8fd6dc;
  }
  .lightbox[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  }
  .lightbox::backdrop {
    background: none;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 8px;
    padding-inline-start: 16px;
  }
  .top .name {
    flex: 1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .stage {
    display: grid;
    place-items: center;
    min-block-size: 0;
    overflow: auto;
  }
  .stage img {
    max-inline-size: 100%;
    max-block-size: 100%;
    min-block-size: 0;
    object-fit: contain;
    cursor: zoom-in;
  }
  .stage.large {
    place-items: safe center;
  }
  .stage.large img {
    max-inline-size: none;
    max-block-size: none;
    cursor: zoom-out;
  }
  .previous,
  .next {
    position: absolute;
    inset-block-start: calc(50% - var(--_target) / 2);
    background: rgb(12 14 16 / 0.6);
  }
  .previous {
    inset-inline-start: 8px;
  }
  .next {
    inset-inline-end: 8px;
  }
`;
