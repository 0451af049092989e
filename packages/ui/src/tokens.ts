import { css, type CSSResult } from 'lit';

/**
 * Design tokens of the outermost element. Hosts set three public knobs, `--seal-brand`, `--seal-ground` and
 * `--seal-radius`; every colour and corner below follows from them. Inside, only the private `--_*` names are used.
 *
 * A brand colour is made safe by its luminance (y of XYZ), as contrast is a ratio of luminances: it is dimmed until
 * white text reads on it, and light ones (y > 0.3) keep their colour and take dark text.
 */
export const tokens: CSSResult = css`
  :host {
    --_brand: var(--seal-brand, oklch(0.47 0.085 208));
    --_ground: var(--seal-ground, light-dark(#fff, oklch(0.2 0.009 230)));
    --_r: var(--seal-radius, 12px);

    /* Neutrals: text has a breath of the brand's hue, everything else is text mixed into the ground. */
    --_text: light-dark(oklch(from var(--_brand) 0.22 min(c, 0.02) h), oklch(from var(--_brand) 0.955 min(c, 0.006) h));
    --_text-2: light-dark(
      color-mix(in oklab, var(--_text), var(--_ground) 34%),
      color-mix(in oklab, var(--_text), var(--_ground) 30%)
    );
    --_tint: color-mix(in oklab, var(--_text), var(--_brand) 45%);
    --_line: light-dark(
      color-mix(in oklab, var(--_ground), var(--_tint) 12%),
      color-mix(in oklab, var(--_ground), var(--_tint) 17%)
    );
    --_line-strong: color-mix(in oklab, var(--_ground), var(--_text) 51%);
    --_side: light-dark(
      color-mix(in oklab, var(--_ground), var(--_tint) 3%),
      color-mix(in oklab, var(--_ground), #000 20%)
    );
    --_sunken: light-dark(
      color-mix(in oklab, var(--_ground), var(--_tint) 5.5%),
      color-mix(in oklab, var(--_ground), var(--_tint) 10%)
    );
    --_pop: light-dark(var(--_ground), color-mix(in oklab, var(--_ground), var(--_tint) 9%));
    --_hover: color-mix(in oklab, var(--_text) 5.5%, transparent);

    /* Brand */
    --_bright: oklch(from var(--_brand) max(l, 0.8) min(c, 0.11) h);
    --_fill: light-dark(
      color(
        from var(--_brand) xyz-d65 calc(x * min(1, 0.166 / y + clamp(0, (y - 0.3) * 999, 9)))
          calc(y * min(1, 0.166 / y + clamp(0, (y - 0.3) * 999, 9)))
          calc(z * min(1, 0.166 / y + clamp(0, (y - 0.3) * 999, 9)))
      ),
      var(--_bright)
    );
    --_on-fill: color(
      from var(--_fill) xyz-d65 calc(0.95 * clamp(0.006, (0.24 - y) * 999, 1)) clamp(0.006, (0.24 - y) * 999, 1)
        calc(1.089 * clamp(0.006, (0.24 - y) * 999, 1))
    );
    --_ink: light-dark(
      color(
        from var(--_brand) xyz-d65 calc(x * min(1, 0.115 / y)) calc(y * min(1, 0.115 / y)) calc(z * min(1, 0.115 / y))
      ),
      var(--_bright)
    );
    --_soft: light-dark(
      color-mix(in oklab, var(--_ground), var(--_ink) 10%),
      color-mix(in oklab, var(--_ground), var(--_ink) 17%)
    );
    --_focus: var(--seal-focus, var(--_ink));

    /* Bubbles */
    --_own: var(
      --seal-bubble-own,
      light-dark(var(--_fill), oklch(from var(--_brand) clamp(0.34, l, 0.42) min(c, 0.085) h))
    );
    --_on-own: var(
      --seal-bubble-own-text,
      light-dark(var(--_on-fill), oklch(from var(--_brand) 0.975 min(c, 0.006) h))
    );
    --_on-own-2: color-mix(in oklab, var(--_on-own) 96%, var(--_own));
    --_other: var(
      --seal-bubble-other,
      light-dark(
        color-mix(in oklab, var(--_ground), var(--_tint) 7%),
        color-mix(in oklab, var(--_ground), var(--_tint) 13%)
      )
    );
    --_on-other: var(--seal-bubble-other-text, var(--_text));

    /* Meaning */
    --_danger: light-dark(oklch(0.53 0.19 27), oklch(0.79 0.115 25));
    --_danger-soft: color-mix(in oklab, var(--_ground), var(--_danger) 9%);
    --_warn: light-dark(oklch(0.48 0.095 65), oklch(0.85 0.11 82));
    --_warn-soft: light-dark(oklch(0.965 0.04 88), color-mix(in oklab, var(--_ground), oklch(0.8 0.13 80) 16%));
    --_good: light-dark(oklch(0.465 0.11 155), oklch(0.8 0.14 158));

    /* Corners, from the knob */
    --_r-xs: calc(var(--_r) * 0.34);
    --_r-s: calc(var(--_r) * 0.67);
    --_r-m: calc(var(--_r) * 0.84);
    --_r-bubble: calc(var(--_r) * 1.5);
    --_r-full: calc(min(var(--_r), 1px) * 999);

    /* Sizes of text, in em of the base; none is below 12 px at 15 */
    --_f-xs: 0.8em;
    --_f-s: 0.8667em;
    --_f-l: 1.1334em;

    /* Depth: never on content. Rarer ones: see floating. */
    --_e2: 0 0 0 1px var(--_line), 0 2px 6px rgb(0 0 0 / 0.06), 0 10px 28px rgb(0 0 0 / 0.12);

    /* Motion and density */
    --_t1: 90ms;
    --_t2: 160ms;
    --_row: 66px;
    --_head: 60px;
    --_target: 36px;
    --_bubble-pad: 7px 12px 8px;

    color-scheme: light dark;
    color: var(--_text);
    font-family: var(--seal-font, inherit);
    font-size: var(--seal-font-size, max(15px, 0.9375rem));
    line-height: 1.42;
    text-align: start;
    accent-color: var(--_ink);
    -webkit-tap-highlight-color: transparent;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([density='compact']) {
    --_row: 54px;
    --_head: 52px;
    --_bubble-pad: 5px 10px 6px;
  }
  @media (pointer: coarse) {
    :host {
      --_target: 44px;
    }
  }
  @media (prefers-contrast: more) {
    :host {
      --_text-2: var(--_text);
      --_line: var(--_line-strong);
    }
  }
  /* The browser forces most colours itself; these are the ones that are shown as they are, or mixed. */
  @media (forced-colors: active) {
    :host {
      --_ground: Canvas;
      --_text: CanvasText;
      --_ink: LinkText;
      --_fill: Highlight;
      --_on-fill: HighlightText;
      --_own: Canvas;
      --_on-own: CanvasText;
    }
  }
`;
