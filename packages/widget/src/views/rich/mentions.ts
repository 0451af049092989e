import { html } from 'lit';
import type { MessageView } from '@seal-chat/client';
import { linked, type MessageAppearance } from '../message-list/message.ts';
import type { RichMessages } from './rich-messages.ts';

/** The text of a post with the people it names marked. What is said of mentions is the sender's word: it is checked. */
export function withMentions(
  { text, mentions }: Extract<MessageView, { kind: 'post' }>,
  appearance: MessageAppearance,
  rich: RichMessages,
): readonly unknown[] {
  const members = rich.host.list.summary?.members ?? [];
  const pieces: unknown[] = [];
  let at = 0;
  for (const { userId, start, length } of mentions.toSorted((a, b) => a.start - b.start)) {
    const member = members.find((one) => one.userId === userId);
    if (start < at || length === 0 || start + length > text.length || text[start] !== '@' || member === undefined)
      continue;
    pieces.push(...linked(text.slice(at, start), appearance));
    at = start + length;
    pieces.push(
      html`<bdi class="mention ${member.isSelf ? 'self' : ''}" title=${rich.nameOf(userId)}
        >${text.slice(start, at)}</bdi
      >`,
    );
  }
  return [...pieces, ...linked(text.slice(at), appearance)];
}
