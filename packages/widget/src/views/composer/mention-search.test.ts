import type { ConversationMember, UserId } from '@seal-chat/client';
import { describe, expect, it } from 'vitest';
import { findMentions, findSearch } from './mention-search.ts';
import { matchMembers } from './tools/match-members.ts';

function member(username: string | null, isSelf = false): ConversationMember {
  return {
    userId: `id-${username}` as UserId,
    username,
    isSelf,
    presence: { state: 'offline', lastSeenAt: null },
    isTyping: false,
    isIdentityTrusted: true,
    verification: 'none',
    isBlocked: false,
    role: 'member',
  };
}

const MEMBERS = [member('alice', true), member('bob'), member('bo.andersson'), member('ليلى'), member(null)];

describe('a mention being written', () => {
  it('begins with an @ after white space, and ends with the name', () => {
    expect(findSearch('@', 1)).toEqual({ start: 0, query: '' });
    expect(findSearch('ask @Bo.', 8)).toEqual({ start: 4, query: 'bo.' });
    expect(findSearch('ask @bo and', 7)).toEqual({ start: 4, query: 'bo' });
    expect(findSearch('mail@bo', 7)).toBe(null);
    expect(findSearch('@bo ', 4)).toBe(null);
    expect(findSearch('@لي', 3)).toEqual({ start: 0, query: 'لي' });
  });

  it('offers others by the beginning of their name, and no guests', () => {
    expect(matchMembers(MEMBERS, '').map((one) => one.username)).toEqual(['bo.andersson', 'bob', 'ليلى']);
    expect(matchMembers(MEMBERS, 'bob').map((one) => one.username)).toEqual(['bob']);
    expect(matchMembers(MEMBERS, 'al')).toEqual([]);
  });
});

describe('mentions in a text', () => {
  const found = (text: string): readonly string[] =>
    findMentions(text, MEMBERS, 50).map(({ start, length }) => text.slice(start, start + length));

  it('are the names of members after an @', () => {
    expect(found('@bob and @Alice, (@ليلى)')).toEqual(['@bob', '@Alice', '@ليلى']);
    expect(found('mail@bob @nobody @ bob @bobby')).toEqual([]);
  });

  it('end where the sentence does', () => {
    expect(found('I asked @bob.')).toEqual(['@bob']);
    expect(found('I asked @bo.andersson. Twice.')).toEqual(['@bo.andersson']);
    expect(found('@bob...')).toEqual(['@bob']);
  });

  it('are as many as a message may carry', () => {
    expect(findMentions('@bob '.repeat(60), MEMBERS, 50)).toHaveLength(50);
  });
});
