import { dmId, selfId } from '@seal-chat/crypto/verify';
import { SealError, type ConversationId, type TenantId, type UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { transact } from '../db/transaction.ts';
import { findExistingUsers } from '../users/lookup.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Presence } from '../presence/presence.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Session } from '../sessions/session.ts';
import { findConversation } from './lookup.ts';
import { findConversationsOf, findDm, insertDm } from './store.ts';

/** Who talks with whom. */
export interface ConversationsService {
  /**
   * The one DM of the caller and `userId`, created if it does not exist; with the caller's own id their conversation
   * with themselves. @throws SealError NOT_FOUND
   */
  openDm(session: Session, userId: UserId): Promise<ConversationAnswer>;
  list(session: Session, after: ConversationId | null, limit: number): Promise<readonly ConversationAnswer[]>;
  /** @throws SealError NOT_A_MEMBER, whether or not there is such a conversation */
  get(session: Session, conversationId: ConversationId): Promise<ConversationAnswer>;
}

export function createConversationsService(deps: {
  readonly prisma: PrismaClient;
  readonly limits: MessageLimits;
  readonly audience: Audience;
  readonly presence: Pick<Presence, 'eventOf'>;
  readonly clock: () => number;
}): ConversationsService {
  const { prisma, limits, audience, presence, clock } = deps;

  /** Tells each of the two, when connected, of the other's presence, as a new connection would be told. */
  function introduce(tenantId: TenantId, { low, high }: { readonly low: UserId; readonly high: UserId }): void {
    for (const [userId, peer] of [
      [low, high],
      [high, low],
    ] as const) {
      const event = presence.eventOf(tenantId, peer);
      if (event !== null) audience.tell(tenantId, [userId], event);
    }
  }

  return {
    async openDm(session, userId) {
      const { tenantId, rates } = session;
      const known = await findExistingUsers(prisma, tenantId, [userId]);
      if (known.size === 0) throw new SealError('NOT_FOUND', 'conversations: no such user');
      const pair =
        userId < session.userId ? { low: userId, high: session.userId } : { low: session.userId, high: userId };
      const existing = await findDm(prisma, tenantId, pair);
      if (existing !== null) return existing;

      limits.consume(tenantId, session.userId, rates.messagesPerMinutePerUser);
      const isSelf = userId === session.userId;
      const conversationId = isSelf ? selfId(tenantId, userId) : dmId(tenantId, pair.low, pair.high);
      const isNew = await transact(prisma, async (tx) => {
        // A second attempt finds a DM that another call has opened.
        const taken = await tx.conversation.count({ where: { tenantId, dmLow: pair.low, dmHigh: pair.high } });
        if (taken === 0) await insertDm(tx, { tenantId, conversationId, pair, createdAt: new Date(clock()) });
        return taken === 0;
      });
      const conversation = await findDm(prisma, tenantId, pair);
      if (conversation === null) throw new SealError('NOT_FOUND', 'conversations: the DM no longer exists');
      if (isNew) {
        audience.tell(tenantId, [pair.low, pair.high], { type: 'conversation', conversationId });
        if (!isSelf) introduce(tenantId, pair);
      }
      return conversation;
    },

    list: ({ tenantId, userId }, after, limit) => findConversationsOf(prisma, tenantId, userId, after, limit),

    async get(session, conversationId) {
      const conversation = await findConversation(prisma, session.tenantId, conversationId);
      const isIn = conversation?.members.some(({ userId }) => userId === session.userId);
      if (!conversation || !isIn) throw new SealError('NOT_A_MEMBER');
      return conversation;
    },
  };
}
