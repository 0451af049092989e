import { html, type TemplateResult } from 'lit';
import type { MessageAppearance } from '../message-list/message.ts';
import type { RichMessages } from './rich-messages.ts';

/** What people reacted with, each as a switch for the own reaction. */
export function reactionRow({ message, isTabStop }: MessageAppearance, rich: RichMessages): TemplateResult {
  const { texts } = rich;
  return html`<div class="reactions" role="group" aria-label=${texts.reactions}>
    ${message.reactions.map(({ emoji, userIds, isOwn }) => {
      const names = rich.namesOf(userIds);
      return html`<button
        class="reaction"
        tabindex=${isTabStop ? 0 : -1}
        aria-pressed=${isOwn ? 'true' : 'false'}
        title=${texts.reactedBy(names, emoji)}
        ?disabled=${message.seq === null}
        @click=${() => rich.toggleReaction(message, emoji)}
      >
        <span class="sign">${emoji}</span
        ><span class="count" aria-hidden="true">${new Intl.NumberFormat(texts.lang).format(userIds.length)}</span
        ><span class="hidden-visually"> ${names}</span>
      </button>`;
    })}
  </div>`;
}
