import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import type { Available } from './available.ts';
import type { MessageCommands } from './commands.ts';

/** Asks for whom a message is to be deleted. */
export function deleteDialog(message: Message, can: Available, actions: MessageCommands): TemplateResult {
  const { texts } = actions;
  return html`<h3 id="question-title">${texts.deleteQuestion}</h3>
    ${
      can.deleteForEveryone
        ? html`<button
              class="button danger wide"
              aria-describedby="for-everyone"
              @click=${() => void actions.delete(message, true)}
            >
              ${texts.deleteForEveryone}
            </button>
            <p id="for-everyone" class="hint">${texts.deleteForEveryoneText}</p>`
        : nothing
    }
    <button class="button danger wide" aria-describedby="for-me" @click=${() => void actions.delete(message, false)}>
      ${texts.deleteForMe}
    </button>
    <p id="for-me" class="hint">${texts.deleteForMeText}</p>
    <button class="button quiet wide cancel" @click=${() => actions.closeAll()}>${texts.cancel}</button>`;
}
