import { SealError, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import { base64Of } from '../../db/bytes.ts';
import type { ChannelRef, Queries } from '../store.ts';

/** Bytes after which a page ends early; it has at least one entry. */
const PAGE_BYTES = 1_048_576;

interface EntryRow {
  readonly kind: ChannelEntry['kind'];
  readonly seq: number;
  readonly message_id: MessageId;
  readonly sender_user_id: UserId;
  readonly sender_device_id: DeviceId;
  readonly created_at: Date;
  readonly incarnation: number;
  readonly epoch: number;
  readonly body: Buffer;
  readonly body_hash: Buffer | null;
  readonly envelope: Buffer | null;
  readonly commit: Buffer | null;
  readonly added_users: readonly UserId[] | null;
  readonly added_devices: readonly DeviceId[] | null;
  readonly removed_devices: readonly DeviceId[] | null;
  readonly authenticator: Buffer | null;
  readonly is_external: boolean | null;
}

/** Reads entries of a channel's log after `after`, oldest first: at most `limit`, and fewer when they are large. */
export async function findEntries(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
  after: number,
  limit: number,
): Promise<readonly ChannelEntry[]> {
  const rows = await sql<EntryRow[]>`
    select * from (
      select m.kind, m.seq, m.message_id, m.sender_user_id, m.sender_device_id, m.created_at, m.incarnation, m.epoch,
        case when m.expires_at <= now() then ''::bytea else m.body end as body,
        case when m.kind = 'message' and (m.expires_at <= now() or octet_length(m.body) = 0)
          then coalesce(m.body_hash, sha256(m.body)) end as body_hash, m.envelope, c.commit, c.added_users, c.added_devices, c.removed_devices, c.authenticator, c.is_external,
        sum(octet_length(m.body) + coalesce(octet_length(c.commit), 0)) over earlier as bytes_before
      from (
        select * from messages
        where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq > ${after}
        order by seq limit ${limit}) m
      left join channel_commits c
        on c.tenant_id = m.tenant_id and c.conversation_id = m.conversation_id and c.seq = m.seq
      window earlier as (order by m.seq rows between unbounded preceding and 1 preceding)) page
    where coalesce(bytes_before, 0) < ${PAGE_BYTES}
    order by seq`;
  return rows.map(toEntry);
}

function toEntry(row: EntryRow): ChannelEntry {
  const { seq, incarnation, epoch } = row;
  const base = {
    seq,
    senderUserId: row.sender_user_id,
    senderDeviceId: row.sender_device_id,
    acceptedAt: row.created_at.getTime(),
    incarnation,
  };
  if (row.kind === 'reset') return { ...base, kind: 'reset' };
  if (row.kind === 'message') {
    const { message_id: messageId, body, envelope } = row;
    return {
      ...base,
      kind: 'message',
      messageId,
      epoch,
      body: base64Of(body),
      ...(row.body_hash && { bodyHash: base64Of(row.body_hash) }),
      envelope: base64Of(envelope!),
    };
  }
  return {
    ...base,
    kind: 'commit',
    commitId: row.message_id,
    epoch,
    commit: base64Of(row.commit!),
    isExternal: row.is_external!,
    adds: row.added_users!.map((userId, i) => ({ userId, deviceId: row.added_devices![i]! })),
    removes: row.removed_devices!,
    authenticator: base64Of(row.authenticator!),
  };
}

/**
 * Finds the Commit that a device sent before under that id; null when there is none.
 * @throws SealError CONFLICT when it was a message
 */
export async function findKnown(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  deviceId: DeviceId,
  commitId: MessageId,
): Promise<{ readonly seq: number; readonly acceptedAt: number } | null> {
  const [row] = await tx<{ kind: string; seq: number; created_at: Date }[]>`
    select kind, seq, created_at from messages
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and sender_device_id = ${deviceId}
      and message_id = ${commitId}`;
  if (row !== undefined && row.kind !== 'commit')
    throw new SealError('CONFLICT', 'channels: the id belongs to a message');
  return row === undefined ? null : { seq: row.seq, acceptedAt: row.created_at.getTime() };
}

/**
 * Appends an entry that is no message at the end of a locked channel's log.
 * @returns when it was accepted, ms: `acceptedAt`, or later when an earlier entry has a later time
 */
export async function insertEntry(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  entry: {
    readonly kind: 'commit' | 'reset';
    readonly seq: number;
    readonly messageId: MessageId;
    readonly senderUserId: UserId;
    readonly senderDeviceId: DeviceId;
    readonly acceptedAt: number;
    readonly incarnation: number;
    readonly epoch: number;
  },
): Promise<number> {
  const [row] = await tx<{ at: Date }[]>`
    update conversations set last_seq = ${entry.seq}, last_at = greatest(last_at, ${new Date(entry.acceptedAt)})
    where tenant_id = ${tenantId} and id = ${conversationId} returning last_at as at`;
  const { at } = row!;
  await tx`
    insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at,
      body, kind, incarnation, epoch)
    values (${tenantId}, ${conversationId}, ${entry.seq}, ${entry.messageId}, ${entry.senderUserId},
      ${entry.senderDeviceId}, ${at}, ''::bytea, ${entry.kind}, ${entry.incarnation},
      ${entry.epoch})`;
  return at.getTime();
}
