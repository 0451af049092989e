import type { Person } from '@seal-chat/client';
import type { ChatStrings } from '../i18n/strings.ts';

/** What a person is called here. Guests are told apart by the beginning of their id. */
export function personName(person: Person | null, strings: ChatStrings): string {
  if (person === null) return strings.someone;
  return person.username ?? `${strings.guest} ${person.userId.slice(0, 4).toUpperCase()}`;
}
