import { expect, it } from 'vitest';
import type { ChannelState, ConversationMember, MemberRole, UserId } from '@seal-chat/client';
import { canInvite, canRemove, canSetRole, isManager } from './roles.ts';

const ROLES: readonly MemberRole[] = ['owner', 'admin', 'member'];

function channel(ownRole: MemberRole, more: Partial<ChannelState> = {}): ChannelState {
  return { visibility: 'private', ownRole, memberCount: 3, state: 'joined', sharesHistory: false, ...more };
}

function member(role: MemberRole, isSelf = false): ConversationMember {
  return {
    userId: 'x' as UserId,
    username: 'x',
    role,
    isSelf,
    presence: { state: 'offline', lastSeenAt: null },
    isTyping: false,
    isIdentityTrusted: true,
    verification: 'none',
    isBlocked: false,
  };
}

it('offers removal of others to those who may: owners admins and members, admins members', () => {
  const allowed = ROLES.map((own) => ROLES.filter((role) => canRemove(channel(own), member(role))));
  expect(allowed).toEqual([['admin', 'member'], ['member'], []]);
  expect(canRemove(channel('owner'), member('member', true))).toBe(false);
});

it('offers roles to owners only, and invitations to members of public channels', () => {
  expect(ROLES.map((own) => canSetRole(channel(own), member('member')))).toEqual([true, false, false]);
  expect(ROLES.map((own) => isManager(channel(own)))).toEqual([true, true, false]);
  expect(ROLES.map((own) => canInvite(channel(own)))).toEqual([true, true, false]);
  expect(canInvite(channel('member', { visibility: 'public' }))).toBe(true);
});

it('offers nothing to a person who is not a member', () => {
  for (const state of ['joining', 'left', 'broken'] as const) {
    const away = channel('owner', { state, visibility: 'public' });
    expect([isManager(away), canInvite(away), canSetRole(away, member('member'))]).toEqual([false, false, false]);
    expect(canRemove(away, member('member'))).toBe(false);
  }
});
