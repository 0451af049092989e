import { SealError, type ConversationId } from '@seal-chat/protocol';
import type { SqlDoor } from '../db/doors.ts';
import { findMembers } from '../conversations/lookup.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Session } from '../sessions/session.ts';
import { emptyMessage, findMessageState } from './removal-store.ts';

/** Messages that are taken back. */
export interface RemovalService {
  /**
   * Deletes the body of a message, its attachments and the envelopes that wait for devices, and tells connected members.
   * Repeating it changes nothing. For the sender, and in channels for admins and owners.
   * @throws SealError NOT_A_MEMBER, NOT_FOUND, FORBIDDEN, RATE_LIMITED
   */
  remove(session: Session, conversationId: ConversationId, seq: number): Promise<void>;
}

export function createRemovalService(deps: {
  readonly sql: SqlDoor;
  readonly limits: MessageLimits;
  readonly audience: Audience;
}): RemovalService {
  const { sql, limits, audience } = deps;

  return {
    async remove({ tenantId, userId, rates }, conversationId, seq) {
      limits.consume(tenantId, userId, rates.messagesPerMinutePerUser);
      const message = await findMessageState(sql.of(tenantId), { tenantId, conversationId, seq }, userId);
      if (message === null) throw new SealError('NOT_A_MEMBER');
      if (message.senderUserId === null) throw new SealError('NOT_FOUND', 'messages: no such message');
      const mayModerate = message.kind === 'channel' && message.role !== 'member';
      if (message.senderUserId !== userId && !mayModerate) throw new SealError('FORBIDDEN');
      if (message.isEmpty) return;
      await emptyMessage(sql.of(tenantId), { tenantId, conversationId, seq });
      audience.tell(tenantId, await findMembers(sql.of(tenantId), tenantId, conversationId), {
        type: 'removed',
        conversationId,
        seq,
      });
    },
  };
}
