import type { ConversationId } from '@seal-chat/protocol';
import type { ChannelHead, GroupAnswer, LogAnswer } from '@seal-chat/protocol/api';
import type { SqlDoor } from '../../db/doors.ts';
import { base64Of } from '../../db/bytes.ts';
import type { Session } from '../../sessions/session.ts';
import { enter } from '../access.ts';
import { findToAdd, findToRemove } from '../leaf-store.ts';
import { findEpoch } from '../store.ts';
import { findHeads } from './heads-store.ts';
import { findEntries } from './store.ts';

/** What members read of their channels. */
export interface ChannelLog {
  /** The present state of the group, as one snapshot. @throws SealError NOT_A_MEMBER */
  group(session: Session, conversationId: ConversationId): Promise<GroupAnswer>;
  heads(session: Session): Promise<readonly ChannelHead[]>;
  /** Entries after `after`, oldest first; fewer than `limit` when they are large. @throws SealError NOT_A_MEMBER */
  log(session: Session, conversationId: ConversationId, after: number, limit: number): Promise<LogAnswer>;
}

export function createChannelLog({ sql }: { readonly sql: SqlDoor }): ChannelLog {
  return {
    group: (session, conversationId) =>
      sql.of(session.tenantId).begin('isolation level repeatable read read only', async (tx): Promise<GroupAnswer> => {
        const { ref, channel } = await enter(tx, session, conversationId);
        const [epoch, toRemove, toAdd] = await Promise.all([
          findEpoch(tx, ref),
          findToRemove(tx, ref),
          findToAdd(tx, ref),
        ]);
        return {
          incarnation: channel.incarnation,
          epoch: channel.epoch,
          suite: channel.suite,
          groupInfo: base64Of(epoch.groupInfo),
          authenticator: base64Of(epoch.authenticator),
          epochSeq: channel.epochSeq,
          lastSeq: channel.lastSeq,
          toRemove,
          toAdd,
          isReported: channel.isReported,
        };
      }),

    heads: ({ tenantId, userId }) => findHeads(sql.of(tenantId), tenantId, userId),

    async log(session, conversationId, after, limit) {
      const own = sql.of(session.tenantId);
      const { ref, channel } = await enter(own, session, conversationId);
      const entries = await findEntries(own, ref, after, limit);
      return { entries, lastSeq: Math.max(channel.lastSeq, entries.at(-1)?.seq ?? 0) };
    },
  };
}
