import { html, nothing, type TemplateResult } from 'lit';
import { backIcon, warningIcon } from '@seal-chat/ui';
import type { ChatStrings } from '../i18n/strings.ts';

/** A line that says what went wrong, read out when it appears; nothing for `null`. */
export function problemLine(
  text: string | null,
  id: string | typeof nothing = nothing,
): TemplateResult | typeof nothing {
  if (text === null) return nothing;
  return html`<p id=${id} class="problem" role="alert">${warningIcon}<span>${text}</span></p>`;
}

/** The button that leads back to where the person came from. */
export function backButton({ back }: ChatStrings, onBack: () => void): TemplateResult {
  return html`<button class="icon-button" aria-label=${back} title=${back} @click=${onBack}>${backIcon}</button>`;
}
