import { SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import { findMembers } from '../conversations/lookup.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Session } from '../sessions/session.ts';

/** Messages that are taken back. */
export interface RemovalService {
  /**
   * Deletes the body of a message, its attachments and what waits of it for devices; members who are connected hear of
   * it. Doing it again changes nothing. The sender may, and in channels admins and owners.
   * @throws SealError NOT_A_MEMBER, NOT_FOUND, FORBIDDEN, RATE_LIMITED
   */
  remove(session: Session, conversationId: ConversationId, seq: number): Promise<void>;
}

interface MessageState {
  readonly kind: 'dm' | 'channel';
  readonly role: MemberRole;
  /** Null when there is no such message. */
  readonly senderUserId: UserId | null;
  readonly isEmpty: boolean;
}

export function createRemovalService(deps: {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  readonly limits: MessageLimits;
  readonly audience: Audience;
}): RemovalService {
  const { prisma, sql, limits, audience } = deps;

  return {
    async remove({ tenantId, userId, rates }, conversationId, seq) {
      limits.consume(tenantId, userId, rates.messagesPerMinutePerUser);
      const [message] = await sql<MessageState[]>`
        select c.kind, own.role, m.sender_user_id as "senderUserId", octet_length(m.body) = 0 as "isEmpty"
        from memberships own
        join conversations c on c.tenant_id = own.tenant_id and c.id = own.conversation_id
        left join messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.seq = ${seq}
          and m.kind = 'message'
        where own.tenant_id = ${tenantId} and own.conversation_id = ${conversationId} and own.user_id = ${userId}`;
      if (message === undefined) throw new SealError('NOT_A_MEMBER');
      if (message.senderUserId === null) throw new SealError('NOT_FOUND', 'messages: no such message');
      const mayModerate = message.kind === 'channel' && message.role !== 'member';
      if (message.senderUserId !== userId && !mayModerate) throw new SealError('FORBIDDEN');
      if (message.isEmpty) return;
      await sql`select seal_empty_messages(array[${tenantId}]::uuid[], array[${conversationId}]::uuid[], array[${seq}]::bigint[])`;
      audience.tell(tenantId, await findMembers(prisma, tenantId, conversationId), {
        type: 'removed',
        conversationId,
        seq,
      });
    },
  };
}
