import { css, type CSSResult } from 'lit';

/** The box the widget lives in. Pages size it as they like; these are defaults. */
export const elementStyles: CSSResult = css`
  :host {
    container-type: inline-size;
    position: relative;
    display: block;
    block-size: 38rem;
    max-block-size: 100dvh;
    min-block-size: 18rem;
    min-inline-size: min(17rem, 100%);
    color-scheme: light dark;
    color: var(--_text);
    font-family: var(--_font);
    font-size: var(--_font-size);
    line-height: 1.4;
    text-align: start;
    -webkit-tap-highlight-color: transparent;
    accent-color: var(--_brand);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  /* There is no page around it whose font it could take. */
  :host([mode='page']) {
    --_font: var(--seal-font, system-ui, sans-serif);
    block-size: 100dvh;
  }
  /* A share of the element's height would count for nothing where a page lets the element grow into what is left. */
  .frame {
    position: absolute;
    inset: 0;
    overflow: hidden;
    border: 1px solid var(--_border);
    border-radius: var(--seal-frame-radius, var(--_radius));
    background: var(--_surface);
  }
  :host([mode='page']) .frame {
    border: 0;
    border-radius: 0;
  }
`;
