import type { UserId } from '@seal-chat/client';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import { personName } from '../../people/name.ts';
import type { MessageListHost } from '../message-list/host.ts';

/** What a person of the conversation is called; "you" for this account. */
export function nameOf(userId: UserId | null, { summary, strings }: MessageListHost): string {
  const texts = messageListTexts(strings);
  const member = summary?.members.find((one) => one.userId === userId) ?? null;
  return member?.isSelf === true ? texts.you : personName(member, texts);
}

/** The names of several people in one list, as the language joins them. */
export function namesOf(userIds: readonly UserId[], host: MessageListHost): string {
  return new Intl.ListFormat(host.strings.lang).format(userIds.map((userId) => nameOf(userId, host)));
}
