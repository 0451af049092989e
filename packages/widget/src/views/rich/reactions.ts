import { html, type TemplateResult } from 'lit';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import { toggleReaction } from '../../messages/toggle-reaction.ts';
import type { MessageAppearance, MessageListHost } from '../message-list/host.ts';
import { namesOf } from './names.ts';

/** What people reacted with, each as a switch for this person's own. */
export function reactionRow({ message, isTabStop }: MessageAppearance, host: MessageListHost): TemplateResult {
  const texts = messageListTexts(host.strings);
  return html`<div class="reactions" role="group" aria-label=${texts.reactions}>
    ${message.reactions.map(({ emoji, userIds, isOwn }) => {
      const names = namesOf(userIds, host);
      return html`<button
        class="reaction"
        tabindex=${isTabStop ? 0 : -1}
        aria-pressed=${isOwn ? 'true' : 'false'}
        title=${texts.reactedBy(names, emoji)}
        ?disabled=${message.seq === null}
        @click=${() => toggleReaction(message, emoji, host)}
      >
        <span class="sign">${emoji}</span
        ><span class="count" aria-hidden="true">${new Intl.NumberFormat(texts.lang).format(userIds.length)}</span
        ><span class="hidden-visually"> ${names}</span>
      </button>`;
    })}
  </div>`;
}
