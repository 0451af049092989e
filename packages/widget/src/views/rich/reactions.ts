import { html, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import type { RichMessages } from './rich-messages.ts';

/** What people reacted with, each as a switch for the own reaction. */
export function reactionRow(message: Message, rich: RichMessages): TemplateResult {
  const { texts } = rich;
  return html`<div class="reactions" role="group" aria-label=${texts.reactions}>
    ${message.reactions.map(({ emoji, userIds, isOwn }) => {
      const who = texts.reactedBy(rich.namesOf(userIds), emoji);
      return html`<button
        class="reaction"
        aria-pressed=${isOwn ? 'true' : 'false'}
        aria-label=${who}
        title=${who}
        ?disabled=${message.seq === null}
        @click=${() => rich.toggleReaction(message, emoji)}
      >
        <span class="sign">${emoji}</span
        ><span class="count">${new Intl.NumberFormat(texts.lang).format(userIds.length)}</span>
      </button>`;
    })}
  </div>`;
}
