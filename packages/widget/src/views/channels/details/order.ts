import type { ConversationMember, MemberRole } from '@seal-chat/client';
import type { ChatStrings } from '../../../i18n/strings.ts';
import { personName } from '../../../people/name.ts';

const RANK: Readonly<Record<MemberRole, number>> = { owner: 0, admin: 1, member: 2 };

/** Members whose name contains `query`: the person of this account first, then by role, then by name. */
export function matchingMembers(
  members: readonly ConversationMember[],
  query: string,
  strings: ChatStrings,
): readonly ConversationMember[] {
  const wanted = fold(query.trim());
  const { compare } = new Intl.Collator(strings.lang, { sensitivity: 'base', numeric: true });
  return members
    .map((member) => ({ member, name: personName(member, strings) }))
    .filter(({ name }) => fold(name).includes(wanted))
    .toSorted(
      (a, b) =>
        Number(b.member.isSelf) - Number(a.member.isSelf) ||
        RANK[a.member.role] - RANK[b.member.role] ||
        compare(a.name, b.name),
    )
    .map(({ member }) => member);
}

/** For finding: without case and marks. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
