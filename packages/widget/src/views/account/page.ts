import { html, nothing, type TemplateResult } from 'lit';
import type { ChatStrings } from '../../i18n/strings.ts';
import { backButton } from '../../internal/templates.ts';

/** A page around the account. */
export interface AccountPage {
  readonly title: string;
  /** What the page is for; null where the content says so. */
  readonly lead: string | null;
  readonly content: unknown;
  readonly onBack: () => void;
}

/** A card with a heading, and the way back above it. */
export function accountPage({ title, lead, content, onBack }: AccountPage, strings: ChatStrings): TemplateResult {
  return html`<div class="bar">${backButton(strings, onBack)}</div>
    <div class="card">
      <div class="head">
        <h2 tabindex="-1">${title}</h2>
        ${lead === null ? nothing : html`<p class="lead">${lead}</p>`}
      </div>
      ${content}
    </div>`;
}
