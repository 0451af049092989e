import { css, type CSSResult } from 'lit';

/** The box the widget lives in. Pages size it as they like; these are defaults. */
export const elementStyles: CSSResult = css`
  :host {
    --_list-width: var(--seal-list-width, 300px);
    container-type: inline-size;
    position: relative;
    display: block;
    block-size: 38rem;
    max-block-size: 100dvh;
    min-block-size: 18rem;
    min-inline-size: min(17rem, 100%);
  }
  /* There is no page around it whose font it could take. */
  :host([mode='page']) {
    block-size: 100dvh;
    font-family: var(--seal-font, system-ui, sans-serif);
  }
  /* A share of the element's height would count for nothing where a page lets the element grow into what is left. */
  .frame {
    position: absolute;
    inset: 0;
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: var(--seal-frame-radius, var(--_r-bubble));
    background: var(--_ground);
  }
  :host([mode='page']) .frame {
    border: 0;
    border-radius: 0;
  }
`;
