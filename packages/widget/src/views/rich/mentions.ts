import { html } from 'lit';
import type { MessageView } from '@seal-chat/client';
import { linked } from './linked.ts';
import type { MessageAppearance, MessageListHost } from '../message-list/host.ts';
import { nameOf } from './names.ts';

/** The text of a post with the people it names marked. Where mentions are is the sender's word, so it is checked. */
export function withMentions(
  { text, mentions }: Extract<MessageView, { kind: 'post' }>,
  appearance: MessageAppearance,
  host: MessageListHost,
): readonly unknown[] {
  const members = host.summary?.members ?? [];
  const pieces: unknown[] = [];
  let at = 0;
  for (const { userId, start, length } of mentions.toSorted((a, b) => a.start - b.start)) {
    const member = members.find((one) => one.userId === userId);
    if (start < at || length === 0 || start + length > text.length || text[start] !== '@' || member === undefined)
      continue;
    pieces.push(...linked(text.slice(at, start), appearance));
    at = start + length;
    pieces.push(
      html`<bdi class="mention ${member.isSelf ? 'self' : ''}" title=${nameOf(userId, host)}
        >${text.slice(start, at)}</bdi
      >`,
    );
  }
  return [...pieces, ...linked(text.slice(at), appearance)];
}
