import { html, svg, type TemplateResult } from 'lit';
import { encodeQR } from 'qr';

/** Draws `text` as a QR code: dark on white in every theme, with the margin that readers need. */
export function qrCode(text: string, label: string): TemplateResult {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: 2 });
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return html`<svg
    class="qr"
    viewBox="0 0 ${rows.length} ${rows.length}"
    role="img"
    aria-label=${label}
    shape-rendering="crispEdges"
  >
    ${svg`<rect width="100%" height="100%" fill="#fff"></rect><path d=${path} fill="#000"></path>`}
  </svg>`;
}
