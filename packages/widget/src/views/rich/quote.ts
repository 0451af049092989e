import { html, nothing, type TemplateResult } from 'lit';
import type { ReplyView } from '@seal-chat/client';
import type { MessageAppearance } from '../message-list/message.ts';
import type { RichMessages } from './rich-messages.ts';

/** The message that is answered, as a button that leads to it. */
export function quote(reply: ReplyView, { isTabStop }: MessageAppearance, rich: RichMessages): TemplateResult {
  const { texts } = rich;
  const isHere = reply.senderUserId !== null;
  const name = rich.nameOf(reply.senderUserId);
  return html`<button
    class="quote"
    tabindex=${isTabStop ? 0 : -1}
    title=${isHere ? texts.goToOriginal(name) : nothing}
    ?disabled=${!isHere}
    @click=${() => void rich.goTo(reply.seq).catch(() => undefined)}
  >
    ${isHere ? html`<b dir="auto">${name}</b>` : nothing}
    <span dir="auto">${isHere ? reply.preview || '…' : texts.originalMissing}</span>
  </button>`;
}
