import { css, type CSSResult } from 'lit';

/**
 * Style of avatars. `--_avatar` is their size and `--_under` what is behind them. Lightness and chroma are fixed, so that
 * every hue has the same contrast; hues are classes, not inline styles, which a strict content security policy forbids.
 */
export const avatarStyles: CSSResult = css`
  .avatar {
    --_hue: 25;
    position: relative;
    display: grid;
    place-items: center;
    flex: none;
    inline-size: var(--_avatar, 44px);
    block-size: var(--_avatar, 44px);
    border-radius: 50%;
    background: light-dark(oklch(0.905 0.058 var(--_hue)), oklch(0.37 0.07 var(--_hue)));
    color: light-dark(oklch(0.39 0.095 var(--_hue)), oklch(0.93 0.05 var(--_hue)));
    font-size: calc(var(--_avatar, 44px) * 0.34);
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }
  .avatar.channel {
    border-radius: min(30%, calc(var(--_r) * 99));
  }
  .avatar > svg:not(.icon) {
    inline-size: 100%;
    block-size: 100%;
  }
  .hue-1 {
    --_hue: 58;
  }
  .hue-2 {
    --_hue: 92;
  }
  .hue-3 {
    --_hue: 130;
  }
  .hue-4 {
    --_hue: 162;
  }
  .hue-5 {
    --_hue: 196;
  }
  .hue-6 {
    --_hue: 230;
  }
  .hue-7 {
    --_hue: 265;
  }
  .hue-8 {
    --_hue: 305;
  }
  .hue-9 {
    --_hue: 348;
  }
  .dot {
    position: absolute;
    inset-block-end: -1px;
    inset-inline-end: -1px;
    inline-size: 13px;
    block-size: 13px;
    border: 2.5px solid var(--_under, var(--_ground));
    border-radius: 50%;
    background: var(--_good);
  }
  .dot.away {
    background: var(--_under, var(--_ground));
    box-shadow: inset 0 0 0 2px var(--_good);
  }
  @media (forced-colors: active) {
    .avatar {
      border: 1px solid CanvasText;
    }
    .dot {
      background: Highlight;
      forced-color-adjust: none;
    }
    .dot.away {
      border-color: Highlight;
      background: Canvas;
    }
  }
`;
