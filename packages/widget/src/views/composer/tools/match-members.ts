import type { ConversationMember } from '@seal-chat/client';

/** At most this many people are offered. */
const MOST = 6;

/** The people whose name begins with `query`, in the order of their names. Guests have none to be written. */
export function matchMembers(
  members: readonly ConversationMember[],
  query: string,
): readonly (ConversationMember & { readonly username: string })[] {
  return members
    .filter((member) => !member.isSelf && member.username !== null && member.username.toLowerCase().startsWith(query))
    .map((member) => ({ ...member, username: member.username! }))
    .toSorted((a, b) => a.username.localeCompare(b.username))
    .slice(0, MOST);
}
