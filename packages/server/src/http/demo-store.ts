import type { Sql } from 'postgres';
import type { ConversationId, TenantId } from '@seal-chat/protocol';

/** What the database holds of one conversation, as it is stored: ids, numbers, ciphertext. */
export interface StoredConversation {
  /** The latest messages, newest first. */
  readonly messages: readonly StoredMessage[];
  /** Key envelopes that wait for a device, newest first; deleted when the device has acknowledged them. */
  readonly mailbox: readonly StoredEnvelope[];
  /** The number of rows in total. */
  readonly totals: { readonly messages: number; readonly envelopes: number };
}

interface StoredMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly senderUserId: string;
  readonly senderDeviceId: string;
  /** Ms since 1970. */
  readonly acceptedAt: number;
  /** Bytes of the sealed body. */
  readonly size: number;
  /** Its first bytes, hexadecimal. */
  readonly bodyPrefix: string;
}

interface StoredEnvelope {
  readonly deviceId: string;
  readonly position: number;
  readonly seq: number;
  /** Bytes of the envelope. */
  readonly size: number;
  /** Its first bytes, hexadecimal. */
  readonly envelopePrefix: string;
}

const ROWS = 20;
const PREFIX_BYTES = 64;

/** Reads a conversation of one tenant for the demo's third pane. An unknown one is empty. */
export async function readStored(
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<StoredConversation> {
  const messages = sql<StoredMessage[]>`
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
