import { CHANNEL_LIMITS, SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ChannelAnswer, MemberRole } from '@seal-chat/protocol/api';
import type { Sql, TransactionSql } from 'postgres';
import { transactSql } from '../../db/transaction.ts';
import { findExistingUsers } from '../../users/lookup.ts';
import type { PrismaClient } from '../../generated/client.ts';
import type { DurableLimits } from '../../limits/durable.ts';
import type { Session } from '../../sessions/session.ts';
import { checkMayManage, countChange, enterLocked } from '../access.ts';
import type { Announcer } from './announcer.ts';
import type { ChannelRef } from '../store.ts';
import {
  countMembers,
  deleteChannel,
  deleteInvitationsBy,
  deleteMember,
  findRole,
  insertMembers,
  promoteHeir,
  setRole,
} from './store.ts';

/**
 * Who is in a channel. What is changed here holds from the next message on: as long as the group has a device that ought
 * not to be in it, nobody sends.
 */
export interface Members {
  /** Makes people members: admins and owners. @throws SealError FORBIDDEN, NOT_FOUND, CHANNEL_FULL, NOT_A_MEMBER … */
  add(session: Session, conversationId: ConversationId, userIds: readonly UserId[]): Promise<ChannelAnswer>;
  /**
   * Takes somebody out: admins those without a role, owners everybody but themselves. Invitations of theirs count no more.
   * @throws SealError FORBIDDEN, NOT_FOUND, NOT_A_MEMBER …
   */
  remove(session: Session, conversationId: ConversationId, userId: UserId): Promise<ChannelAnswer>;
  /** Owners. A channel keeps an owner. @throws SealError FORBIDDEN, NOT_FOUND, NOT_A_MEMBER … */
  setRole(session: Session, conversationId: ConversationId, userId: UserId, role: MemberRole): Promise<ChannelAnswer>;
  /**
   * Takes the caller out. When the last owner goes, the longest-serving admin, or else member, owns the channel; when
   * nobody is left it is deleted. @throws SealError NOT_A_MEMBER
   */
  leave(session: Session, conversationId: ConversationId): Promise<void>;
}

export function createMembers(deps: {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  readonly limits: DurableLimits;
  readonly announcer: Announcer;
  readonly clock: () => number;
}): Members {
  const { prisma, sql, limits, announcer, clock } = deps;

  return {
    async add(session, conversationId, userIds) {
      const { tenantId } = session;
      await countChange(limits, session);
      const people = [...new Set(userIds)];
      const ref = { tenantId, conversationId };
      const added = await transactSql(sql, async (tx) => {
        checkMayManage(await enterLocked(tx, session, conversationId));
        const known = await findExistingUsers(prisma, tenantId, people);
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
      const uninvited = await transactSql(sql, async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        checkMayManage(caller);
        if (userId === session.userId) {
          throw new SealError('BAD_INPUT', 'channels: whoever goes leaves', { field: 'userId' });
        }
        const role = await findRole(tx, ref, userId);
        if (role === null) throw new SealError('NOT_FOUND', 'channels: no such member');
        if (caller.role !== 'owner' && role !== 'member') {
          throw new SealError('FORBIDDEN', 'channels: owners alone remove admins and owners');
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
      await transactSql(sql, async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        if (caller.role !== 'owner') throw new SealError('FORBIDDEN', 'channels: owners alone give roles');
        const before = await findRole(tx, ref, userId);
        if (before === null) throw new SealError('NOT_FOUND', 'channels: no such member');
        if (before === 'owner' && role !== 'owner' && (await countMembers(tx, ref)).owners === 1) {
          throw new SealError('FORBIDDEN', 'channels: somebody has to own it');
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
      const uninvited = await transactSql(sql, async (tx) => {
        await enterLocked(tx, session, conversationId);
        await deleteMember(tx, ref, userId);
        const { members, owners } = await countMembers(tx, ref);
        if (members === 0) return deleteChannel(tx, ref);
        if (owners === 0) await promoteHeir(tx, ref);
        return [];
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
