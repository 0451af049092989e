import { html, nothing, type TemplateResult } from 'lit';
import type { Linking, LinkingState } from '@seal-chat/client';
import { checkIcon } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import type { AccountStrings, ChatStrings } from '../../i18n/strings.ts';
import { problemLine } from '../../internal/templates.ts';

/** What both devices show of a linking after the code: the six digits, progress, the end. */
export function linkSteps(
  linking: Linking,
  state: Exclude<LinkingState, { step: 'waiting' }>,
  strings: ChatStrings & AccountStrings,
  onAgain: () => void,
): TemplateResult {
  switch (state.step) {
    case 'compare':
      return html`<div class="stack">
        <h3>${strings.sasTitle}</h3>
        <p class="code large" dir="ltr" translate="no" role="status">${state.sas}</p>
        <p class="hint">${state.mustConfirm ? strings.sasTextOld : strings.sasTextNew}</p>
        <div class="row-of-buttons">
          ${
            state.mustConfirm
              ? html`<button class="button primary" @click=${() => linking.confirm()}>${strings.sasMatch}</button>`
              : nothing
          }
          <button class="button secondary danger" @click=${() => linking.cancel()}>${strings.sasDiffer}</button>
        </div>
      </div>`;
    case 'finishing':
      return html`<p class="progress" role="status"><span class="spinner"></span>${strings.linkFinishing}</p>`;
    case 'done':
      return html`<p class="progress" role="status">${checkIcon}${strings.linkDone}</p>`;
    case 'failed':
      return html`<div class="stack">
        ${problemLine(errorText(state.error, strings))}
        <button class="button secondary" @click=${onAgain}>${strings.tryAgain}</button>
      </div>`;
  }
}
