import { html, nothing, type TemplateResult } from 'lit';
import type { ReplyView } from '@seal-chat/client';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import type { MessageAppearance, MessageListHost } from '../message-list/host.ts';
import { goTo } from './go-to.ts';
import { nameOf } from './names.ts';

/** The message that this one replies to, as a button that leads to it. */
export function quote(reply: ReplyView, { isTabStop }: MessageAppearance, host: MessageListHost): TemplateResult {
  const texts = messageListTexts(host.strings);
  const isHere = reply.senderUserId !== null;
  const name = nameOf(reply.senderUserId, host);
  return html`<button
    class="quote"
    tabindex=${isTabStop ? 0 : -1}
    title=${isHere ? texts.goToOriginal(name) : nothing}
    ?disabled=${!isHere}
    @click=${() => void goTo(reply.seq, host).catch(() => undefined)}
  >
    ${isHere ? html`<b dir="auto">${name}</b>` : nothing}
    <span dir="auto">${isHere ? reply.preview || '…' : texts.originalMissing}</span>
  </button>`;
}
