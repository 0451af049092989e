import { html, nothing, type TemplateResult } from 'lit';
import { closeIcon, editIcon, replyIcon } from '@seal-chat/ui';
import { messageListTexts } from '../../../internal/message-list-texts.ts';
import { textOf } from '../../../messages/text.ts';
import { personName } from '../../../people/name.ts';
import { safeName } from '../../attachments/safe-name.ts';
import type { ComposerHost } from '../host.ts';

/** The message that is replied to or edited, with a button that ends that. */
export function requestBar({ compose, conversation, strings, focus }: ComposerHost): TemplateResult | typeof nothing {
  const { mode, message } = compose.get();
  if (message === null) return nothing;
  const texts = messageListTexts(strings);
  const isEdit = mode === 'edit';
  const sender = conversation?.summary.get()?.members.find((one) => one.userId === message.senderUserId) ?? null;
  const name = message.isOwn ? texts.you : personName(sender, texts);
  const cancel = isEdit ? texts.cancelEdit : texts.cancelReply;
  const files = message.content.kind === 'post' ? message.content.attachments : [];
  const preview = textOf(message) || files.map((file) => safeName(file.name, texts[file.kind])).join(', ');
  const stop = (): void => {
    compose.cancel();
    focus();
  };
  return html`<div class="request" role="status">
    ${isEdit ? editIcon : replyIcon}
    <div class="about">
      <b dir="auto">${isEdit ? texts.editing : texts.replyingTo(name)}</b>
      <span dir="auto">${preview}</span>
    </div>
    <button type="button" class="icon-button" aria-label=${cancel} title=${cancel} @click=${stop}>${closeIcon}</button>
  </div>`;
}
