import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationSummary, Message } from '@seal-chat/client';
import type { ChatStrings } from '../../i18n/strings.ts';
import { statusTick } from '../../messages/tick.ts';

/** One line that says what happened last in a conversation, as far as it is plain; `rowPreview` knows the rest. */
export function preview(summary: ConversationSummary, draft: string, strings: ChatStrings): TemplateResult {
  // What a stranger has written is read only by opening it.
  if (summary.isRequest) return html`<i>${strings.wantsToWrite}</i>`;
  if (summary.members.some((member) => member.isTyping && !member.isSelf))
    return html`<span class="typing">${strings.typing}</span>`;
  if (draft.trim() !== '') return html`<span class="draft">${strings.draftPrefix}</span><bdi>${oneLine(draft)}</bdi>`;
  const message = summary.lastMessage;
  if (message === null) return html`<i>${strings.nothingYet}</i>`;
  return html`${message.isOwn ? statusTick(message, strings) : nothing}${contentPreview(message, strings)}`;
}

function contentPreview(message: Message, strings: ChatStrings): TemplateResult {
  const { content } = message;
  if ('text' in content) return html`<bdi>${oneLine(content.text)}</bdi>`;
  return html`<i
    >${content.kind === 'undecryptable' || content.kind === 'unsupported' ? strings[content.kind] : '…'}</i
  >`;
}

/** Enough of `text` to fill a line. */
export function oneLine(text: string): string {
  return text.slice(0, 160).replace(/\s+/gu, ' ').trim();
}
