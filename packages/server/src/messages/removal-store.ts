import type { UserId } from '@seal-chat/protocol';
import type { ConversationAnswer, MemberRole } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { MessageRef } from './retry-store.ts';

/** A message, and what a member is in its conversation. */
export interface MessageState {
  readonly kind: ConversationAnswer['kind'];
  readonly role: MemberRole;
  /** Null when there is no such message. */
  readonly senderUserId: UserId | null;
  readonly isEmpty: boolean;
}

/** Finds a message for a member of its conversation; null for anyone else. */
export async function findMessageState(
  sql: Sql,
  { tenantId, conversationId, seq }: MessageRef,
  userId: UserId,
): Promise<MessageState | null> {
  const [row] = await sql<MessageState[]>`
    select c.kind, own.role, m.sender_user_id as "senderUserId", octet_length(m.body) = 0 as "isEmpty"
    from memberships own
    join conversations c on c.tenant_id = own.tenant_id and c.id = own.conversation_id
    left join messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.seq = ${seq}
      and m.kind = 'message'
    where own.tenant_id = ${tenantId} and own.conversation_id = ${conversationId} and own.user_id = ${userId}`;
  return row ?? null;
}

/** Deletes the body of a message, its attachments and the envelopes that wait for devices. */
export async function emptyMessage(sql: Sql, { tenantId, conversationId, seq }: MessageRef): Promise<void> {
  await sql`
    select seal_empty_messages(
      array[${tenantId}]::uuid[], array[${conversationId}]::uuid[], array[${seq}]::bigint[])`;
}
