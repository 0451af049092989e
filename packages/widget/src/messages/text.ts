import type { Message } from '@seal-chat/client';
import type { ChatStrings } from '../i18n/strings.ts';

/** When a message happened, ms since 1970: by the server's clock, or by the sender's until the server accepted it. */
export function messageTime(message: Message): number {
  return message.acceptedAt ?? message.sentAt;
}

/** What a person has written in a message; empty when they wrote nothing. */
export function textOf({ content }: Message): string {
  return 'text' in content ? content.text : '';
}

/** A message in words, as far as it is plain text or a notice; empty for all richer content. */
export function plainly({ content }: Message, strings: ChatStrings): string {
  if ('text' in content) return content.text;
  return content.kind === 'undecryptable' || content.kind === 'unsupported' ? strings[content.kind] : '';
}
