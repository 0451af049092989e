import { dmId, selfId } from '@seal-chat/crypto/verify';
import { SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { PrismaDoor, SqlDoor } from '../db/doors.ts';
import { transact } from '../db/transaction.ts';
import { findExistingUsers } from '../users/lookup.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Presence } from '../presence/presence.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Session } from '../sessions/session.ts';
import { findConversation } from './lookup.ts';
import { findConversationsOf, findDm, insertDm, startTellingPresence } from './store.ts';

/** Who talks with whom. */
export interface ConversationsService {
  /**
   * The one DM of the caller and `userId`, created if it does not exist; with the caller's own id their conversation
   * with themselves. From now on the other person is told of the caller's presence. @throws SealError NOT_FOUND
   */
  openDm(session: Session, userId: UserId): Promise<ConversationAnswer>;
  list(session: Session, after: ConversationId | null, limit: number): Promise<readonly ConversationAnswer[]>;
  /** @throws SealError NOT_A_MEMBER, whether or not there is such a conversation */
  get(session: Session, conversationId: ConversationId): Promise<ConversationAnswer>;
}

export function createConversationsService(deps: {
  readonly prisma: PrismaDoor;
  readonly sql: SqlDoor;
  readonly limits: MessageLimits;
  readonly audience: Audience;
  readonly presence: Pick<Presence, 'eventOf'>;
  readonly clock: () => number;
}): ConversationsService {
  const { prisma, sql, limits, audience, presence, clock } = deps;

  /** Tells the other person of a DM, when connected, of the caller's presence, as a new connection would be told. */
  function introduce({ tenantId, userId }: Session, peer: UserId): void {
    const event = presence.eventOf(tenantId, userId);
    if (event !== null) audience.tell(tenantId, [peer], event);
  }

  /** Whom a stranger has written to shows them nothing; who opens the DM as well shows that they are there. */
  async function openExisting(session: Session, dm: ConversationAnswer, peer: UserId): Promise<ConversationAnswer> {
    const { tenantId, userId } = session;
    const member = { tenantId, conversationId: dm.conversationId, userId };
    if (await startTellingPresence(prisma.of(tenantId), member)) introduce(session, peer);
    return dm;
  }

  return {
    async openDm(session, userId) {
      const { tenantId, rates } = session;
      const known = await findExistingUsers(prisma.of(tenantId), tenantId, [userId]);
      if (known.size === 0) throw new SealError('NOT_FOUND', 'conversations: no such user');
      const pair =
        userId < session.userId ? { low: userId, high: session.userId } : { low: session.userId, high: userId };
      const existing = await findDm(sql.of(tenantId), tenantId, pair);
      if (existing !== null) return openExisting(session, existing, userId);

      limits.consume(tenantId, session.userId, rates.messagesPerMinutePerUser);
      const isSelf = userId === session.userId;
      const conversationId = isSelf ? selfId(tenantId, userId) : dmId(tenantId, pair.low, pair.high);
      const dm = { tenantId, conversationId, pair, openedBy: session.userId, createdAt: new Date(clock()) };
      const isNew = await transact(prisma.of(tenantId), async (tx) => {
        // A second attempt finds a DM that another call has opened.
        const taken = await tx.conversation.count({ where: { tenantId, dmLow: pair.low, dmHigh: pair.high } });
        if (taken === 0) await insertDm(tx, dm);
        return taken === 0;
      });
      const conversation = await findDm(sql.of(tenantId), tenantId, pair);
      if (conversation === null) throw new SealError('NOT_FOUND', 'conversations: the DM no longer exists');
      if (!isNew) return openExisting(session, conversation, userId);
      audience.tell(tenantId, [pair.low, pair.high], { type: 'conversation', conversationId });
      if (!isSelf) introduce(session, userId);
      return conversation;
    },

    list: ({ tenantId, userId }, after, limit) => findConversationsOf(sql.of(tenantId), tenantId, userId, after, limit),

    async get(session, conversationId) {
      const conversation = await findConversation(sql.of(session.tenantId), session.tenantId, conversationId);
      const isIn = conversation?.members.some(({ userId }) => userId === session.userId);
      if (!conversation || !isIn) throw new SealError('NOT_A_MEMBER');
      return conversation;
    },
  };
}
