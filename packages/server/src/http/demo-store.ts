import type { Sql } from 'postgres';
import type { ConversationId, TenantId } from '@seal-chat/protocol';
import type { StoredAnswer, StoredEnvelope, StoredRow } from '@seal-chat/protocol/api';

const ROWS = 20;
const PREFIX_BYTES = 64;

/** Reads a conversation of one tenant for the demo's third pane. An unknown one is empty. */
export async function readStored(sql: Sql, tenantId: TenantId, conversationId: ConversationId): Promise<StoredAnswer> {
  const messages = sql<StoredRow[]>`
    select seq, message_id as "messageId", sender_user_id as "senderUserId", sender_device_id as "senderDeviceId",
      (extract(epoch from created_at) * 1000)::float8 as "acceptedAt", octet_length(body) as size,
      encode(substring(body for ${PREFIX_BYTES}), 'hex') as "bodyPrefix"
    from messages where tenant_id = ${tenantId} and conversation_id = ${conversationId}
    order by seq desc limit ${ROWS}`;
  const mailbox = sql<StoredEnvelope[]>`
    select device_id as "deviceId", position, seq, octet_length(envelope) as size,
      encode(substring(envelope for ${PREFIX_BYTES}), 'hex') as "envelopePrefix"
    from mailbox_entries
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and envelope is not null
    order by seq desc, device_id limit ${ROWS}`;
  const totals = sql<{ messages: number; envelopes: number }[]>`
    select
      (select count(*)::int from messages where tenant_id = ${tenantId} and conversation_id = ${conversationId}) as messages,
      (select count(*)::int from mailbox_entries
        where tenant_id = ${tenantId} and conversation_id = ${conversationId} and envelope is not null) as envelopes`;
  const [messageRows, mailboxRows, [total]] = await Promise.all([messages, mailbox, totals]);
  return { messages: messageRows, mailbox: mailboxRows, totals: total ?? { messages: 0, envelopes: 0 } };
}
