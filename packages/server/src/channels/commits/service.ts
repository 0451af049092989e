import { randomBytes } from 'node:crypto';
import { CHANNEL_LIMITS, newId, SealError, type ConversationId, type MessageId } from '@seal-chat/protocol';
import type { ChannelEntry, channelInputs, CommitAnswer } from '@seal-chat/protocol/api';
import type { z } from 'zod';
import type { SqlDoor } from '../../db/doors.ts';
import { chunks, type Bus, type Notice } from '../../bus/bus.ts';
import { base64Of } from '../../db/bytes.ts';
import { transactSql } from '../../db/transaction.ts';
import type { DurableLimits } from '../../limits/durable.ts';
import type { Session } from '../../sessions/session.ts';
import { checkMayManage, countChange, enterLocked, epochStale } from '../access.ts';
import { countLeaves, deleteLeaves, findToAdd, findToRemove, hasLeaf, insertLeaves } from '../leaf-store.ts';
import { checkBundle, checkReconciles, type CommitInput } from './rules.ts';
import { insertCommit, insertWelcomes, setEpoch, setReported } from './store.ts';
import type { Feed } from '../log/feed.ts';
import { findKnown, insertEntry } from '../log/store.ts';

export type ResetInput = z.output<typeof channelInputs.reset>;
export type ReportInput = z.output<typeof channelInputs.report>;

/** Changes of a channel's group: one Commit for each epoch (RFC 9420 §14), decided in one transaction. */
export interface Commits {
  /**
   * Stores a Commit with its Welcome and GroupInfo, or nothing of it. The same `commitId` again answers as the first
   * time did. Resolves after the commit.
   * @throws SealError EPOCH_STALE with the group's state when another Commit came first; NOT_A_MEMBER, DEVICE_REVOKED,
   *   CHANNEL_FULL, RATE_LIMITED, and as `checkBundle` and `checkReconciles`
   */
  commit(session: Session, input: CommitInput): Promise<CommitAnswer>;
  /** Notes that a member cannot follow the present epoch. @throws SealError EPOCH_STALE, NOT_A_MEMBER, RATE_LIMITED */
  report(session: Session, input: ReportInput): Promise<void>;
  /**
   * Puts a new group in the place of one that was reported.
   * @throws SealError FORBIDDEN, EPOCH_STALE when the incarnation is not the next, NOT_A_MEMBER, RATE_LIMITED
   */
  reset(session: Session, input: ResetInput): Promise<CommitAnswer>;
}

export function createCommits(deps: {
  readonly sql: SqlDoor;
  readonly bus: Bus;
  readonly feed: Feed;
  readonly limits: DurableLimits;
  readonly clock: () => number;
}): Commits {
  const { sql, bus, feed, limits, clock } = deps;

  function entriesNotice(session: Session, conversationId: ConversationId, seq: number): Notice {
    return { kind: 'channel-entries', tenantId: session.tenantId, conversationId, from: seq, to: seq };
  }

  return {
    async commit(session, input) {
      const { tenantId, userId, deviceId } = session;
      const { conversationId, commitId, incarnation, epoch, adds, removes, isExternal } = input;
      const own = { userId, deviceId };
      checkBundle(input, own);
      await countChange(limits, session);
      const added = adds.map((leaf) => leaf.deviceId);
      const welcomed = isExternal ? [] : added;
      const mailboxes = chunks(welcomed).map((deviceIds): Notice => ({ kind: 'mailboxes', tenantId, deviceIds }));

      const stored = await transactSql(sql.of(session.tenantId), async (tx) => {
        const { ref, channel } = await enterLocked(tx, session, conversationId);
        const known = await findKnown(tx, ref, deviceId, commitId);
        if (known !== null) return { ...known, isNew: false };
        if (channel.incarnation !== incarnation || channel.epoch !== epoch) throw epochStale(channel);
        const room = {
          toRemove: await findToRemove(tx, ref),
          toAdd: await findToAdd(tx, ref),
          hasLeaf: await hasLeaf(tx, ref, deviceId),
        };
        checkReconciles(input, own, room);
        const leaves = (await countLeaves(tx, ref)) + adds.length - removes.length;
        if (leaves > CHANNEL_LIMITS.leaves) throw new SealError('CHANNEL_FULL', 'channels: too many devices');

        const seq = channel.lastSeq + 1;
        const acceptedAt = await insertEntry(tx, ref, {
          kind: 'commit',
          seq,
          messageId: commitId,
          senderUserId: userId,
          senderDeviceId: deviceId,
          acceptedAt: clock(),
          incarnation,
          epoch,
        });
        await insertCommit(tx, ref, { ...input, seq });
        await deleteLeaves(tx, ref, removes);
        await insertLeaves(tx, ref, added);
        await setEpoch(tx, ref, { ...input, epoch: epoch + 1, epochSeq: seq });
        if (welcomed.length > 0) await insertWelcomes(tx, ref, seq, welcomed);
        return { seq, acceptedAt, isNew: true };
      });

      const { seq, acceptedAt, isNew } = stored;
      if (isNew) {
        const entry: ChannelEntry = {
          kind: 'commit',
          seq,
          senderUserId: userId,
          senderDeviceId: deviceId,
          acceptedAt,
          incarnation,
          commitId,
          epoch,
          commit: base64Of(input.commit),
          isExternal,
          adds,
          removes,
          authenticator: base64Of(input.authenticator),
        };
        feed.offer({ tenantId, conversationId }, [entry]);
        bus.publishToOthers(entriesNotice(session, conversationId, seq));
        for (const notice of mailboxes) bus.publish(notice);
      }
      return { seq, acceptedAt };
    },

    async report(session, { conversationId, incarnation, epoch }) {
      await countChange(limits, session);
      await transactSql(sql.of(session.tenantId), async (tx) => {
        const { ref, channel } = await enterLocked(tx, session, conversationId);
        if (channel.incarnation !== incarnation || channel.epoch !== epoch + 1) throw epochStale(channel);
        await setReported(tx, ref);
      });
      bus.publish({ kind: 'channel-heads', tenantId: session.tenantId, conversationIds: [conversationId] });
    },

    async reset(session, { conversationId, incarnation, groupInfo, authenticator }) {
      const { tenantId, userId, deviceId } = session;
      await countChange(limits, session);
      const { seq, acceptedAt } = await transactSql(sql.of(session.tenantId), async (tx) => {
        const caller = await enterLocked(tx, session, conversationId);
        const { ref, channel } = caller;
        checkMayManage(caller);
        if (incarnation !== channel.incarnation + 1) throw epochStale(channel);
        if (!channel.isReported) throw new SealError('FORBIDDEN', 'channels: the group was not reported');
        const next = channel.lastSeq + 1;
        const at = await insertEntry(tx, ref, {
          kind: 'reset',
          seq: next,
          messageId: newId<MessageId>(randomBytes(16)),
          senderUserId: userId,
          senderDeviceId: deviceId,
          acceptedAt: clock(),
          incarnation,
          epoch: 0,
        });
        await deleteLeaves(tx, ref, null);
        await insertLeaves(tx, ref, [deviceId]);
        await setEpoch(tx, ref, { incarnation, epoch: 0, epochSeq: next, groupInfo, authenticator });
        return { seq: next, acceptedAt: at };
      });
      const entry: ChannelEntry = {
        kind: 'reset',
        seq,
        senderUserId: userId,
        senderDeviceId: deviceId,
        acceptedAt,
        incarnation,
      };
      feed.offer({ tenantId, conversationId }, [entry]);
      bus.publishToOthers(entriesNotice(session, conversationId, seq));
      return { seq, acceptedAt };
    },
  };
}
