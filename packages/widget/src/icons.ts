import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/** Icons are drawn with strokes in the colour of the text around them, and are hidden from screen readers. */
export function icon(shape: SVGTemplateResult, width = 24, kind = ''): TemplateResult {
  return html`<svg
    class="icon ${kind}"
    viewBox="0 0 ${width} 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${shape}
  </svg>`;
}

export const backIcon: TemplateResult = icon(svg`<path d="M15 5l-7 7 7 7" />`, 24, 'flip');
export const closeIcon: TemplateResult = icon(svg`<path d="M6 6l12 12M18 6L6 18" />`);
export const searchIcon: TemplateResult = icon(svg`<circle cx="11" cy="11" r="6.25" /><path d="M16 16l4 4" />`);
export const sendIcon: TemplateResult = icon(svg`<path d="M12 19V5.5M6 11.5l6-6 6 6" />`);
export const downIcon: TemplateResult = icon(svg`<path d="M6 10l6 6 6-6" />`);
export const lockIcon: TemplateResult = icon(
  svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2.25" /><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />`,
);
export const deviceIcon: TemplateResult = icon(
  svg`<rect x="4" y="5" width="16" height="11" rx="1.75" /><path d="M2.5 19.5h19" />`,
);
export const settingsIcon: TemplateResult = icon(
  svg`<path d="M4 7.5h8.5M17.5 7.5H20M4 16.5h2.5M11.5 16.5H20" /><circle cx="15" cy="7.5" r="2.25" /><circle cx="9" cy="16.5" r="2.25" />`,
);
export const warningIcon: TemplateResult = icon(
  svg`<path d="M12 4.5l8.5 15h-17z" /><path d="M12 10.5v4M12 17.1v.1" />`,
);
export const checkIcon: TemplateResult = icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`);

/** How far a message has come. */
export const tickIcons: Readonly<Record<'sending' | 'sent' | 'delivered' | 'failed', TemplateResult>> = {
  sending: icon(svg`<circle cx="12" cy="12" r="7.5" /><path d="M12 8v4.25l2.75 1.75" />`),
  sent: icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`),
  delivered: icon(svg`<path d="M3.5 12.5L8 17l9-9.5M13 17l9.5-9.5" />`, 26),
  failed: icon(svg`<circle cx="12" cy="12" r="8" /><path d="M12 8v4.75M12 15.9v.1" />`),
};

/** The mark of Seal: a closed seal around a keyhole. */
export const sealMark: TemplateResult = html`<svg class="mark" viewBox="0 0 48 48" fill="none" aria-hidden="true">
  <circle cx="24" cy="24" r="20" fill="currentColor" opacity="0.14" />
  <circle cx="24" cy="24" r="13" stroke="currentColor" stroke-width="2" />
  <path d="M24 18.5a3.5 3.5 0 0 1 1.6 6.6l1 5.4h-5.2l1-5.4a3.5 3.5 0 0 1 1.6-6.6z" fill="currentColor" />
</svg>`;
