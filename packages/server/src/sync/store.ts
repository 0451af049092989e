import type { ConversationId, DeviceId, MessageId, TenantId, UserId } from '@seal-chat/protocol';
import type { MailboxEvent } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import { base64Of } from '../db/bytes.ts';
import type { MailboxPage } from './inbox.ts';

/** Entries of one read of a mailbox, and bytes after which a page ends early. */
const PAGE_ENTRIES = 200;
const PAGE_BYTES = 1_048_576;

interface EntryRow {
  readonly position: number;
  readonly kind: 'message' | 'retry-request' | 'welcome';
  readonly conversation_id: ConversationId;
  readonly seq: number;
  readonly envelope: Buffer | null;
  readonly requester_user_id: UserId | null;
  readonly requester_device_id: DeviceId | null;
  readonly message_id: MessageId;
  readonly sender_user_id: UserId;
  readonly sender_device_id: DeviceId;
  readonly created_at: Date;
  readonly body: Buffer;
  readonly body_hash: Buffer | null;
  readonly incarnation: number | null;
  readonly welcome: Buffer | null;
  /** Position of the mailbox's latest entry. */
  readonly head: number;
}

/** Reads the entries of a device's mailbox after `position`, in order: as many as make a page, and at least one. */
export async function readMailbox(
  sql: Sql,
  tenantId: TenantId,
  deviceId: DeviceId,
  position: number,
): Promise<MailboxPage> {
  const rows = await sql<EntryRow[]>`
    select page.*, requester.user_id as requester_user_id from (
      select e.*, m.message_id, m.sender_user_id, m.sender_device_id, m.created_at, m.incarnation,
        case when m.expires_at <= now() then ''::bytea else m.body end as body,
        case when m.expires_at <= now() or octet_length(m.body) = 0 then coalesce(m.body_hash, sha256(m.body)) end as body_hash,
        w.welcome, b.head,
        sum(octet_length(m.body) + coalesce(octet_length(e.envelope), octet_length(w.welcome), 0)) over earlier
          as bytes_before
      from mailboxes b
      join lateral (
        select * from mailbox_entries
        where tenant_id = b.tenant_id and device_id = b.device_id and position > ${position}
        order by position limit ${PAGE_ENTRIES}) e on true
      -- One by one, by their key: before there are statistics, a join would read all messages there are.
      join lateral (
        select * from messages
        where tenant_id = e.tenant_id and conversation_id = e.conversation_id and seq = e.seq limit 1) m on true
      left join channel_commits w on e.kind = 'welcome'
        and w.tenant_id = e.tenant_id and w.conversation_id = e.conversation_id and w.seq = e.seq
      where b.tenant_id = ${tenantId} and b.device_id = ${deviceId}
      window earlier as (order by e.position rows between unbounded preceding and 1 preceding)) page
    left join lateral (
      select user_id from devices where tenant_id = page.tenant_id and id = page.requester_device_id limit 1) requester on true
    where coalesce(page.bytes_before, 0) < ${PAGE_BYTES}
    order by page.position`;
  const last = rows.at(-1);
  return { events: rows.map(toEvent), hasMore: last !== undefined && last.position < last.head };
}

/** Finds where a device's mailbox begins and ends; null when it has none. */
export async function findMailbox(
  sql: Sql,
  tenantId: TenantId,
  deviceId: DeviceId,
): Promise<{ readonly acked: number; readonly head: number } | null> {
  const [row] = await sql<{ acked: number; head: number }[]>`
    select acked, head from mailboxes where tenant_id = ${tenantId} and device_id = ${deviceId}`;
  return row ?? null;
}

/** A member whose devices have now stored everything up to a sequence number. */
export interface Delivered {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  readonly upToSeq: number;
}

/**
 * Deletes what was acknowledged from many mailboxes at once, and raises what their owners have stored. An entry is
 * only acknowledged when the mailbox has had it, so a device cannot acknowledge the future.
 */
export async function acknowledge(
  sql: Sql,
  acks: readonly { readonly tenantId: TenantId; readonly deviceId: DeviceId; readonly position: number }[],
): Promise<readonly Delivered[]> {
  const rows = await sql<{ tenant_id: TenantId; conversation_id: ConversationId; user_id: UserId; seq: number }[]>`
    select * from seal_acknowledge(
      ${acks.map(({ tenantId }) => tenantId)}::uuid[],
      ${acks.map(({ deviceId }) => deviceId)}::uuid[],
      ${acks.map(({ position }) => position)}::bigint[])`;
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    conversationId: row.conversation_id,
    userId: row.user_id,
    upToSeq: row.seq,
  }));
}

/** Finds the members of some conversations, by tenant and conversation id. */
export async function findAudiences(
  functions: Sql,
  conversations: readonly { readonly tenantId: TenantId; readonly conversationId: ConversationId }[],
): Promise<ReadonlyMap<string, readonly UserId[]>> {
  const rows = await functions<{ key: string; members: UserId[] }[]>`
    select tenant_id::text || conversation_id as key, members from seal_find_audiences(
      ${conversations.map(({ tenantId }) => tenantId)}::uuid[],
      ${conversations.map(({ conversationId }) => conversationId)}::uuid[])`;
  return new Map(rows.map(({ key, members }) => [key, members]));
}

function toEvent(row: EntryRow): MailboxEvent {
  const { position, seq, conversation_id: conversationId } = row;
  if (row.kind === 'retry-request') {
    return {
      type: 'retry-request',
      position,
      conversationId,
      seq,
      userId: row.requester_user_id!,
      deviceId: row.requester_device_id!,
    };
  }
  const senderUserId = row.sender_user_id;
  const senderDeviceId = row.sender_device_id;
  if (row.kind === 'welcome') {
    return {
      type: 'welcome',
      position,
      conversationId,
      seq,
      incarnation: row.incarnation!,
      senderUserId,
      senderDeviceId,
      welcome: base64Of(row.welcome!),
    };
  }
  return {
    type: 'message',
    position,
    conversationId,
    seq,
    messageId: row.message_id,
    senderUserId,
    senderDeviceId,
    acceptedAt: row.created_at.getTime(),
    body: base64Of(row.body),
    ...(row.body_hash && { bodyHash: base64Of(row.body_hash) }),
    envelope: base64Of(row.envelope!),
  };
}
