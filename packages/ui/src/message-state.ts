import { css, html, type CSSResult, type TemplateResult } from 'lit';

/** How far a sent message has come. */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

const TICK = 'M5.5 8.5l3 3 6-6.5';
/** A disc with a hole in the shape of a tick, so that it needs no second colour. */
const DISC =
  'M10 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5zM6.66 8.72L9.24 11.36 13.37 6.48 12.23 5.52 9.16 9.14 7.74 7.68z';

const PATHS: Readonly<Record<MessageState, string>> = {
  sending: 'M14.8 4.6A5.5 5.5 0 1 0 15.5 8',
  sent: TICK,
  delivered: 'M2 8.5l3 3 6-6.5M8.8 11.2l.3.3 6.4-6.5',
  read: DISC,
  failed: 'M10 2a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM10 5v3.25M10 10.9v.05',
};

/**
 * The shape of a state: open ring, one tick, two ticks, filled disc, ring with a bar. Five shapes, so that none is told
 * by its colour. The caller gives it a name for screen readers.
 */
export function messageState(state: MessageState): TemplateResult {
  const isFilled = state === 'read';
  return html`<svg
    class="state"
    viewBox="0 0 20 16"
    fill=${isFilled ? 'currentColor' : 'none'}
    fill-rule="evenodd"
    stroke=${isFilled ? 'none' : 'currentColor'}
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d=${PATHS[state]} />
  </svg>`;
}

/** Style of `messageState`, as large as a line of small text. */
export const messageStateStyles: CSSResult = css`
  .state {
    display: block;
    flex: none;
    inline-size: 1.6667em;
    block-size: 1.3334em;
  }
`;
