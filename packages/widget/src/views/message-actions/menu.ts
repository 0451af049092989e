import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { copyIcon, deleteIcon, editIcon, moreIcon, replyIcon } from '@seal-chat/ui';
import type { Available } from './available.ts';
import { QUICK_EMOJI } from './emoji-data.ts';
import type { MessageCommands } from './commands.ts';

/** The items of the menu of one message: a row of quick reactions, then what else can be done. */
export function messageMenu(message: Message, can: Available, actions: MessageCommands): TemplateResult {
  const { texts } = actions;
  const item = (isThere: boolean, name: string, icon: TemplateResult, run: () => void, kind = ''): unknown =>
    isThere
      ? html`<button role="menuitem" class="item ${kind}" tabindex="-1" @click=${pick(run)}>
          ${icon}<span>${name}</span>
        </button>`
      : nothing;
  const pick = (run: () => void) => (): void => {
    actions.closeAll();
    run();
  };
  return html`${
    can.react
      ? html`<div class="quick" role="group" aria-label=${texts.react}>
          ${QUICK_EMOJI.map(
            (emoji) =>
              html`<button
                role="menuitemcheckbox"
                class="emoji-button"
                tabindex="-1"
                aria-label=${emoji}
                aria-checked=${message.reactions.some((one) => one.emoji === emoji && one.isOwn) ? 'true' : 'false'}
                @click=${() => actions.react(message, emoji)}
              >
                ${emoji}
              </button>`,
          )}
          <button
            role="menuitem"
            class="emoji-button"
            tabindex="-1"
            aria-label=${texts.moreEmoji}
            title=${texts.moreEmoji}
            @click=${() => actions.openPicker(message)}
          >
            ${moreIcon}
          </button>
        </div>`
      : nothing
  }
  ${item(can.reply, texts.reply, replyIcon, () => actions.reply(message))}
  ${item(can.edit, texts.edit, editIcon, () => actions.edit(message))}
  ${item(can.copy, texts.copyText, copyIcon, () => void actions.copy(message))}
  ${item(can.deleteForMe, texts.deleteMessage, deleteIcon, () => actions.askToDelete(message), 'danger')}`;
}
