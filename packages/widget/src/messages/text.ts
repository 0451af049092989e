import { html } from 'lit';
import type { Message } from '@seal-chat/client';
import type { ChatStrings } from '../i18n/strings.ts';
import { linkify } from '../text/linkify.ts';

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

/** `text` with its web addresses as links, unless it is to be plain. Only links of the row that takes part in tabbing do so as well. */
export function linked(
  text: string,
  {
    isTabStop,
    isPlain,
    strings,
  }: { readonly isTabStop: boolean; readonly isPlain: boolean; readonly strings: ChatStrings },
): readonly unknown[] {
  if (isPlain) return [text];
  return linkify(text).map((token) =>
    token.kind === 'text'
      ? token.text
      : html`<a
          href=${token.href}
          target="_blank"
          rel="noopener noreferrer"
          title=${strings.linkOpensNewTab}
          tabindex=${isTabStop ? 0 : -1}
          >${token.text}</a
        >`,
  );
}
