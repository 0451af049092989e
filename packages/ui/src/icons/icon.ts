import { html, type TemplateResult } from 'lit';

/**
 * An icon of one path on the 20 px grid, drawn with strokes in the colour of the text around it and hidden from screen
 * readers. `kind` is `flip` for icons that point somewhere, and are mirrored where text runs from right to left.
 */
// @__NO_SIDE_EFFECTS__
export function icon(path: string, kind: '' | 'flip' = '', width = 1.5): TemplateResult {
  return html`<svg
    class="icon ${kind}"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width=${width}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d=${path} />
  </svg>`;
}

/** An icon that is filled instead: what plays and pauses. */
// @__NO_SIDE_EFFECTS__
export function filledIcon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 20 20" fill="currentColor" aria-hidden="true"><path d=${path} /></svg>`;
}
