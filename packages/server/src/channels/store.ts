import type { Bytes, ConversationId, DeviceId, TenantId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { ISql, TransactionSql } from 'postgres';

/** A connection, or a transaction on one. */
export type Queries = ISql;

/** A channel, within a tenant. */
export interface ChannelRef {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
}

/** Where a channel's log and group are. */
export interface Channel {
  readonly visibility: 'public' | 'private';
  readonly suite: number;
  readonly incarnation: number;
  readonly epoch: number;
  /** Sequence number of the entry that began the epoch. */
  readonly epochSeq: number;
  readonly lastSeq: number;
  readonly isReported: boolean;
}

/** What is stored of a group's present epoch. */
export interface StoredEpoch {
  readonly groupInfo: Bytes;
  readonly authenticator: Bytes;
}

/** Locks a channel against changes and writes until the transaction ends; null when it does not exist. */
export async function lockChannel(tx: TransactionSql, ref: ChannelRef): Promise<Channel | null> {
  return (await lockLog(tx, ref)) ? findChannel(tx, ref) : null;
}

/** As `lockChannel`, without reading it; false when it does not exist. */
export async function lockLog(tx: TransactionSql, { tenantId, conversationId }: ChannelRef): Promise<boolean> {
  const locked = await tx`
    select 1 from conversations
    where tenant_id = ${tenantId} and id = ${conversationId} and kind = 'channel' for update`;
  return locked.length > 0;
}

/** The columns of a channel, of its group `g` and conversation `c`. */
const channelColumns = (sql: Queries) => sql`
  g.visibility, g.suite, g.incarnation, g.epoch, g.epoch_seq as "epochSeq", c.last_seq as "lastSeq",
  g.is_reported as "isReported"`;

export async function findChannel(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<Channel | null> {
  const [row] = await sql<Channel[]>`
    select ${channelColumns(sql)}
    from channel_groups g
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    where g.tenant_id = ${tenantId} and g.conversation_id = ${conversationId}`;
  return row ?? null;
}

/** A channel, and what a device's user is there. */
export interface EnteredChannel extends Channel {
  /** Null when not a member. */
  readonly role: MemberRole | null;
  readonly isRemoved: boolean;
}

/** Finds a channel, with the role of a device's user in it, and whether the device was removed. */
export async function findEntered(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
  deviceId: DeviceId,
): Promise<EnteredChannel | null> {
  const [row] = await sql<EnteredChannel[]>`
    select ${channelColumns(sql)}, m.role, d.id is null or d.removed_at is not null as "isRemoved"
    from channel_groups g
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    left join devices d on d.tenant_id = g.tenant_id and d.id = ${deviceId}
    left join memberships m
      on m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id and m.user_id = d.user_id
    where g.tenant_id = ${tenantId} and g.conversation_id = ${conversationId}`;
  return row ?? null;
}

/** Finds the present epoch's GroupInfo and authenticator; the channel must exist. */
export async function findEpoch(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<StoredEpoch> {
  const [row] = await sql<StoredEpoch[]>`
    select group_info as "groupInfo", authenticator from channel_groups
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return row!;
}
