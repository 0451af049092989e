import { CHANNEL_LIMITS, SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ChannelAnswer, MemberRole } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import type { SqlDoor } from '../../db/doors.ts';
import { transactSql } from '../../db/transaction.ts';
import { findExistingUsersWithin } from '../../users/lookup.ts';
import type { DurableLimits } from '../../limits/durable.ts';
import type { Session } from '../../sessions/session.ts';
import { checkMayManage, countChange, enterLocked } from '../access.ts';
import type { Announcer } from './announcer.ts';
import type { ChannelRef } from '../store.ts';
import {
  countMembers,
  deleteInvitationsBy,
  deleteMember,
  endMembership,
  findRole,
  insertMembers,
  setRole,
} from './store.ts';

/**
 * The members of a channel. A change holds from the next message on: as long as the group has a device that should not
 * be in it, no one can send.
 */
export interface Members {
  /**
   * Makes people members. For admins and owners.
   * @throws SealError FORBIDDEN, NOT_FOUND, CHANNEL_FULL, NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  add(session: Session, conversationId: ConversationId, userIds: readonly UserId[]): Promise<ChannelAnswer>;
  /**
   * Removes a member and takes back the invitations they gave. Admins can remove plain members, owners anyone but
   * themselves.
   * @throws SealError FORBIDDEN, NOT_FOUND, BAD_INPUT, NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  remove(session: Session, conversationId: ConversationId, userId: UserId): Promise<ChannelAnswer>;
  /**
   * Changes the role of a member. For owners; the channel must keep an owner.
   * @throws SealError FORBIDDEN, NOT_FOUND, NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  setRole(session: Session, conversationId: ConversationId, userId: UserId, role: MemberRole): Promise<ChannelAnswer>;
  /**
   * Removes the caller. When the last owner leaves, the longest-serving admin, or else member, becomes the owner; when
   * no member is left the channel is deleted. @throws SealError NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  leave(session: Session, conversationId: ConversationId): Promise<void>;
}

export function createMembers(deps: {
  readonly sql: SqlDoor;
  readonly limits: DurableLimits;
  readonly announcer: Announcer;
  readonly clock: () => number;
}): Members {
  const { sql, limits, announcer, clock } = deps;

  return {
    async add(session, conversationId, userIds) {
      const { tenantId } = session;
      await countChange(limits, session);
      const people = [...new Set(userIds)];
      const ref = { tenantId, conversationId };
      const added = await transactSql(sql.of(session.tenantId), async (tx) => {
        checkMayManage(await enterLocked(tx, session, conversationId));
        const known = await findExistingUsersWithin(tx, tenantId, people);
        if (known.size < people.length) throw new SealError('NOT_FOUND', 'channels: no such user');
        return admit(tx, ref, people, 'member', new Date(clock()));
      });
      if (added.length > 0) await announcer.joined(ref, added);
      announcer.invitations(tenantId, added);
      return announcer.answer(tenantId, conversationId);
    },

    async remove(session, conversationId, userId) {
      const { tenantId } = session;
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      const uninvited = await transactSql(sql.of(session.tenantId), async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        checkMayManage(caller);
        if (userId === session.userId) {
          throw new SealError('BAD_INPUT', 'channels: use `leave` to remove yourself', { field: 'userId' });
        }
        const role = await findRole(tx, ref, userId);
        if (role === null) throw new SealError('NOT_FOUND', 'channels: no such member');
        if (caller.role !== 'owner' && role !== 'member') {
          throw new SealError('FORBIDDEN', 'channels: only owners can remove admins and owners');
        }
        await deleteMember(tx, ref, userId);
        return deleteInvitationsBy(tx, ref, userId);
      });
      await announcer.left(ref, userId);
      announcer.invitations(tenantId, uninvited);
      return announcer.answer(tenantId, conversationId);
    },

    async setRole(session, conversationId, userId, role) {
      const { tenantId } = session;
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      await transactSql(sql.of(session.tenantId), async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        if (caller.role !== 'owner') throw new SealError('FORBIDDEN', 'channels: only owners can change roles');
        const before = await findRole(tx, ref, userId);
        if (before === null) throw new SealError('NOT_FOUND', 'channels: no such member');
        if (before === 'owner' && role !== 'owner' && (await countMembers(tx, ref)).owners === 1) {
          throw new SealError('FORBIDDEN', 'channels: a channel needs at least one owner');
        }
        await setRole(tx, ref, userId, role);
      });
      await announcer.changed(ref, [session.userId, userId]);
      return announcer.answer(tenantId, conversationId);
    },

    async leave(session, conversationId) {
      const { tenantId, userId } = session;
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      const uninvited = await transactSql(sql.of(session.tenantId), async (tx) => {
        await enterLocked(tx, session, conversationId);
        return endMembership(tx, ref, userId);
      });
      await announcer.left(ref, userId);
      announcer.invitations(tenantId, uninvited);
    },
  };
}

/**
 * Makes people members of a locked channel, as long as there is room.
 * @returns those who were none before @throws SealError CHANNEL_FULL
 */
export async function admit(
  tx: TransactionSql,
  ref: ChannelRef,
  userIds: readonly UserId[],
  role: MemberRole,
  now: Date,
): Promise<readonly UserId[]> {
  const added = await insertMembers(tx, ref, userIds, role, now);
  const { members } = await countMembers(tx, ref);
  if (added.length > 0 && members > CHANNEL_LIMITS.members) throw new SealError('CHANNEL_FULL');
  return added;
}
