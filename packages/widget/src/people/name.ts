import type { ConversationSummary, Person } from '@seal-chat/client';
import type { ChatStrings } from '../i18n/strings.ts';

/** What a person is called here. Guests are told apart by the beginning of their id. */
export function personName(person: Person | null, strings: ChatStrings): string {
  if (person === null) return strings.someone;
  return person.username ?? `${strings.guest} ${person.userId.slice(0, 4).toUpperCase()}`;
}

/** What a conversation is called here: as the other person, as the channel, or what it is for. */
export function conversationName(summary: ConversationSummary | null, strings: ChatStrings): string {
  if (summary?.kind === 'self') return strings.savedMessages;
  return summary?.kind === 'channel'
    ? (summary.name ?? strings.unnamedChannel)
    : personName(summary?.peer ?? null, strings);
}
