import { expect, it } from 'vitest';
import type { ConversationMember, MemberRole, UserId } from '@seal-chat/client';
import { en } from '../../../i18n/en.ts';
import { matchingMembers } from './order.ts';

function member(username: string | null, role: MemberRole = 'member', isSelf = false): ConversationMember {
  return {
    userId: `abcd0000-${username}` as UserId,
    username,
    role,
    isSelf,
    presence: { state: 'offline', lastSeenAt: null },
    isTyping: false,
    isIdentityTrusted: true,
    verification: 'none',
    isBlocked: false,
  };
}

const members = [
  member('zoë'),
  member('bob10'),
  member('Bob2'),
  member(null),
  member('me', 'member', true),
  member('ada', 'admin'),
  member('olga', 'owner'),
];
const names = (query: string): readonly (string | null)[] =>
  matchingMembers(members, query, en).map(({ username }) => username);

it('shows the person first, then those with more rights, then by name as people sort', () => {
  expect(names('')).toEqual(['me', 'olga', 'ada', 'Bob2', 'bob10', null, 'zoë']);
});

it('finds members without regard to case and marks, guests by what they are called', () => {
  expect(names(' BOB ')).toEqual(['Bob2', 'bob10']);
  expect(names('zoe')).toEqual(['zoë']);
  expect(names('guest abcd')).toEqual([null]);
  expect(names('nobody')).toEqual([]);
});
