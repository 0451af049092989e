import { html, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { EMOJI_GROUPS, QUICK_EMOJI } from './emoji-data.ts';
import type { MessageCommands } from './commands.ts';

/** Emoji in one row, as the style sheet lays them out. */
export const PICKER_COLUMNS = 8;

/** A small choice of emoji. They are characters of the system's font: nothing is fetched from anywhere. */
export function emojiPicker(message: Message, actions: MessageCommands): TemplateResult {
  const { texts } = actions;
  return html`<div class="picker">
    <div class="emoji-grid">${QUICK_EMOJI.map((emoji) => emojiButton(emoji, message, actions))}</div>
    ${EMOJI_GROUPS.map(
      (group, i) =>
        html`<h3>${texts.emojiGroups[i]}</h3>
          <div class="emoji-grid">${group.map((emoji) => emojiButton(emoji, message, actions))}</div>`,
    )}
  </div>`;
}

function emojiButton(emoji: string, message: Message, actions: MessageCommands): TemplateResult {
  return html`<button class="emoji-button" aria-label=${emoji} @click=${() => actions.react(message, emoji)}>
    ${emoji}
  </button>`;
}
