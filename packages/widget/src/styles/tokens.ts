import { css, type CSSResult } from 'lit';

/**
 * Design tokens in three tiers: brand, semantic colours, components. Integrators set the public `--seal-*` names
 * anywhere above the element; inside, only the private `--_*` names are used, which fall back to these defaults.
 */
export const tokens: CSSResult = css`
  :host {
    /* Brand */
    --_brand: var(--seal-brand, light-dark(#0b6670, #5ec1c9));
    --_on-brand: var(--seal-on-brand, light-dark(#ffffff, #04272b));
    --_font: var(--seal-font, inherit);
    --_font-size: var(--seal-font-size, max(15px, 0.9375rem));
    --_radius: var(--seal-radius, 14px);
    --_duration: var(--seal-duration, 160ms);

    /* Semantic */
    --_surface: var(--seal-color-surface, light-dark(#ffffff, #15191d));
    --_surface-raised: var(--seal-color-surface-raised, light-dark(#f5f7f8, #1b2025));
    --_text: var(--seal-color-text, light-dark(#14191d, #e7ebee));
    --_text-muted: var(--seal-color-text-muted, light-dark(#55616b, #9ba7b1));
    --_border: var(--seal-color-border, light-dark(#dfe4e8, #2c343b));
    --_control-border: var(--seal-color-control-border, light-dark(#85919a, #6c7985));
    --_danger: var(--seal-color-danger, light-dark(#b3261e, #ff9c94));
    --_success: var(--seal-color-success, light-dark(#1a7f4b, #56c98a));
    --_warning-surface: var(--seal-color-warning-surface, light-dark(#fdf3d8, #3a3015));
    --_hover: color-mix(in oklab, var(--_text) 6%, transparent);
    --_selected: light-dark(
      oklch(from var(--_brand) 0.935 min(c, 0.024) h),
      oklch(from var(--_brand) 0.31 min(c, 0.035) h)
    );

    /* Components */
    --_bubble-own: var(
      --seal-bubble-own,
      light-dark(oklch(from var(--_brand) 0.93 min(c, 0.034) h), oklch(from var(--_brand) 0.37 min(c, 0.055) h))
    );
    --_bubble-own-text: var(--seal-bubble-own-text, var(--_text));
    --_bubble-other: var(--seal-bubble-other, light-dark(#eef1f3, #232a30));
    --_bubble-other-text: var(--seal-bubble-other-text, var(--_text));
    --_list-width: var(--seal-list-width, 19rem);
    --_focus: var(--seal-focus, var(--_brand));
  }
  @media (prefers-contrast: more) {
    :host {
      --_text-muted: var(--_text);
      --_border: var(--_control-border);
      --_control-border: var(--_text);
    }
  }
`;
