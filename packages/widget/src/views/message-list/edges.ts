import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationSummary, MessageWindow } from '@seal-chat/client';
import { downIcon, lockIcon } from '@seal-chat/ui';
import type { ShownStrings } from '../../i18n/strings.ts';
import { conversationAvatar } from '../../people/avatar.ts';
import type { RichParts } from './host.ts';

/** Shows what is above the first message of a conversation. */
export function beginningView(
  { messages, hasUnavailableHistory }: MessageWindow,
  name: string,
  {
    strings,
    summary,
    rich,
  }: {
    readonly strings: ShownStrings;
    readonly summary: ConversationSummary | null;
    readonly rich: RichParts | null;
  },
): TemplateResult {
  return html`<div class="beginning ${messages.length === 0 ? 'alone' : ''}">
    ${conversationAvatar(summary)}
    ${
      summary?.kind === 'channel'
        ? rich?.beginning(name, hasUnavailableHistory)
        : html`${messages.length === 0 ? html`<h3>${strings.sayHello(name)}</h3>` : nothing}
            <p class="hint">${lockIcon}${strings.sealedNotice(name)}</p>
            ${hasUnavailableHistory ? html`<p class="hint">${strings.unavailableHistory}</p>` : nothing}`
    }
  </div>`;
}

/** Shows the button at the end of the list that leads to the newest message, with the number of unread ones. */
export function toLatestView(unread: number, strings: ShownStrings, go: () => void): TemplateResult {
  return html`<button
    class="to-latest"
    part="to-latest"
    aria-label=${unread > 0 ? `${strings.toLatest}, ${strings.newMessages(unread)}` : strings.toLatest}
    title=${strings.toLatest}
    @click=${go}
  >
    ${downIcon}${unread > 0 ? html`<span class="badge" aria-hidden="true">${unread > 99 ? '99+' : unread}</span>` : nothing}
  </button>`;
}
