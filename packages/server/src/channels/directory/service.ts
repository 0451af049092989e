import { constantTimeEqual, SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ChannelAnswer, channelInputs, ChannelListing, InvitationAnswer } from '@seal-chat/protocol/api';
import type { z } from 'zod';
import type { SqlDoor } from '../../db/doors.ts';
import { transactSql } from '../../db/transaction.ts';
import { findExistingUsersWithin } from '../../users/lookup.ts';
import type { DurableLimits } from '../../limits/durable.ts';
import type { Session } from '../../sessions/session.ts';
import { checkMayManage, countChange, enterLocked } from '../access.ts';
import type { Announcer } from '../members/announcer.ts';
import { findChannel, findEpoch, lockChannel } from '../store.ts';
import { insertLeaves } from '../leaf-store.ts';
import {
  deleteInvitation,
  findInvitations,
  findListings,
  insertChannel,
  insertInvitations,
  isIdTaken,
  isInvited,
  isNameTaken,
  setNames,
} from './store.ts';
import { findRole, insertMembers } from '../members/store.ts';
import { admit } from '../members/service.ts';

export type CreateInput = z.output<typeof channelInputs.create>;

/** Making channels, finding them and getting into them. */
export interface Directory {
  /**
   * Makes a channel of the caller, whose device is the only leaf of its group. The same again answers as the first time.
   * @throws SealError NAME_TAKEN; CONFLICT when the id is taken; BAD_INPUT when a private channel says its name, or a
   *   public one does not; RATE_LIMITED
   */
  create(session: Session, input: CreateInput): Promise<ChannelAnswer>;
  /**
   * Renames a public channel. For admins and owners.
   * @throws SealError NAME_TAKEN, FORBIDDEN, BAD_INPUT, NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  update(session: Session, ref: ConversationId, name: string, description: string): Promise<ChannelAnswer>;
  /** @throws SealError RATE_LIMITED */
  browse(session: Session, query: string, after: string | null, limit: number): Promise<readonly ChannelListing[]>;
  /**
   * Makes the caller a member of a public channel, or of a private one that the caller is invited to.
   * @throws SealError NOT_A_MEMBER, CHANNEL_FULL, RATE_LIMITED
   */
  join(session: Session, conversationId: ConversationId): Promise<ChannelAnswer>;
  /**
   * Invites people. Members can invite to public channels, admins and owners to any.
   * @throws SealError FORBIDDEN, NOT_FOUND, NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED
   */
  invite(session: Session, conversationId: ConversationId, userIds: readonly UserId[]): Promise<void>;
  /** @throws SealError NOT_FOUND when the caller is not invited */
  decline(session: Session, conversationId: ConversationId): Promise<void>;
  invitations(session: Session): Promise<readonly InvitationAnswer[]>;
}

export function createDirectory(deps: {
  readonly sql: SqlDoor;
  readonly limits: DurableLimits;
  readonly announcer: Announcer;
  readonly clock: () => number;
}): Directory {
  const { sql, limits, announcer, clock } = deps;

  return {
    async create(session, input) {
      const { tenantId, userId, deviceId } = session;
      const { conversationId, visibility, name, description, authenticator } = input;
      const isPublic = visibility === 'public';
      if ((name !== null) !== isPublic) throw new SealError('BAD_INPUT', undefined, { field: 'name' });
      if ((description !== null) !== isPublic) throw new SealError('BAD_INPUT', undefined, { field: 'description' });
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      const isNew = await transactSql(sql.of(session.tenantId), async (tx) => {
        if (await isIdTaken(tx, ref)) {
          const channel = await findChannel(tx, ref);
          const isOwn = channel !== null && (await findRole(tx, ref, userId)) === 'owner';
          if (isOwn && channel.incarnation === 0 && channel.epoch === 0) {
            if (constantTimeEqual((await findEpoch(tx, ref)).authenticator, authenticator)) return false;
          }
          throw new SealError('CONFLICT', 'channels: the id is taken');
        }
        if (name !== null && (await isNameTaken(tx, ref, name))) throw new SealError('NAME_TAKEN');
        const now = new Date(clock());
        await insertChannel(tx, tenantId, input, now);
        await insertMembers(tx, ref, [userId], 'owner', now);
        await insertLeaves(tx, ref, [deviceId]);
        return true;
      });
      if (isNew) await announcer.changed(ref, [userId]);
      return announcer.answer(tenantId, conversationId);
    },

    async update(session, conversationId, name, description) {
      const { tenantId, userId } = session;
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      await transactSql(sql.of(session.tenantId), async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        checkMayManage(caller);
        if (caller.channel.visibility !== 'public') {
          throw new SealError('BAD_INPUT', 'channels: the name of a private channel is not on the server', {
            field: 'name',
          });
        }
        if (await isNameTaken(tx, ref, name)) throw new SealError('NAME_TAKEN');
        await setNames(tx, ref, name, description);
      });
      await announcer.changed(ref, [userId]);
      return announcer.answer(tenantId, conversationId);
    },

    async browse(session, query, after, limit) {
      const { tenantId, userId, rates } = session;
      await limits.consume('search', tenantId, userId, rates.searchesPerMinutePerUser);
      return findListings(sql.of(tenantId), session, query, after, limit);
    },

    async join(session, conversationId) {
      const { tenantId, userId } = session;
      await countChange(limits, session);
      const ref = { tenantId, conversationId };
      const joined = await transactSql(sql.of(session.tenantId), async (tx) => {
        const channel = await lockChannel(tx, ref);
        // That a private channel exists is not revealed.
        if (channel === null) throw new SealError('NOT_A_MEMBER');
        if ((await findRole(tx, ref, userId)) !== null) return [];
        if (channel.visibility === 'private' && !(await isInvited(tx, ref, userId))) {
          throw new SealError('NOT_A_MEMBER');
        }
        return admit(tx, ref, [userId], 'member', new Date(clock()));
      });
      if (joined.length > 0) {
        await announcer.joined(ref, joined);
        announcer.invitations(tenantId, joined);
      }
      return announcer.answer(tenantId, conversationId);
    },

    async invite(session, conversationId, userIds) {
      const { tenantId, userId } = session;
      await countChange(limits, session);
      const people = [...new Set(userIds)];
      const ref = { tenantId, conversationId };
      const invited = await transactSql(sql.of(session.tenantId), async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        if (caller.channel.visibility === 'private') checkMayManage(caller);
        const known = await findExistingUsersWithin(tx, tenantId, people);
        if (known.size < people.length) throw new SealError('NOT_FOUND', 'channels: no such user');
        return insertInvitations(tx, ref, userId, people, new Date(clock()));
      });
      announcer.invitations(tenantId, invited);
    },

    async decline(session, conversationId) {
      const { tenantId, userId } = session;
      if (!(await deleteInvitation(sql.of(tenantId), { tenantId, conversationId }, userId))) {
        throw new SealError('NOT_FOUND', 'channels: no such invitation');
      }
      announcer.invitations(tenantId, [userId]);
    },

    invitations: ({ tenantId, userId }) => findInvitations(sql.of(tenantId), tenantId, userId),
  };
}
