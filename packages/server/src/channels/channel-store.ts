import type { Bytes, ConversationId, DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { ChannelHead, LeafAnswer, MemberRole } from '@seal-chat/protocol/api';
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
  readonly generation: number;
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

/** Waits for whoever changes the channel or writes to it, and keeps others from that; null when there is none. */
export async function lockChannel(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
): Promise<Channel | null> {
  const locked = await tx`
    select 1 from conversations
    where tenant_id = ${tenantId} and id = ${conversationId} and kind = 'channel' for update`;
  return locked.length === 0 ? null : findChannel(tx, { tenantId, conversationId });
}

export async function findChannel(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<Channel | null> {
  const [row] = await sql<Channel[]>`
    select g.visibility, g.suite, g.generation, g.epoch, g.epoch_seq as "epochSeq", c.last_seq as "lastSeq",
      g.is_reported as "isReported"
    from channel_groups g
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    where g.tenant_id = ${tenantId} and g.conversation_id = ${conversationId}`;
  return row ?? null;
}

/** What a device may be told apart by: whether its user is a member, and whether it is still one of the user's. */
export async function findCaller(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
  deviceId: DeviceId,
): Promise<{ readonly role: MemberRole | null; readonly isRemoved: boolean }> {
  const [row] = await sql<{ role: MemberRole | null; isRemoved: boolean }[]>`
    select m.role, d.removed_at is not null as "isRemoved" from devices d
    left join memberships m on m.tenant_id = d.tenant_id and m.user_id = d.user_id and m.conversation_id = ${conversationId}
    where d.tenant_id = ${tenantId} and d.id = ${deviceId}`;
  return row ?? { role: null, isRemoved: true };
}

/** In the group and not supposed to be. */
export function findToRemove(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<readonly LeafAnswer[]> {
  return sql<LeafAnswer[]>`
    select d.user_id as "userId", d.id as "deviceId" from channel_leaves l
    join devices d on d.tenant_id = l.tenant_id and d.id = l.device_id
    left join memberships m
      on m.tenant_id = l.tenant_id and m.conversation_id = l.conversation_id and m.user_id = d.user_id
    where l.tenant_id = ${tenantId} and l.conversation_id = ${conversationId}
      and (d.removed_at is not null or m.user_id is null)
    order by d.id`;
}

/** Supposed to be in the group and not in it. */
export function findToAdd(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<readonly LeafAnswer[]> {
  return sql<LeafAnswer[]>`
    select d.user_id as "userId", d.id as "deviceId" from memberships m
    join devices d on d.tenant_id = m.tenant_id and d.user_id = m.user_id and d.removed_at is null
    left join channel_leaves l
      on l.tenant_id = m.tenant_id and l.conversation_id = m.conversation_id and l.device_id = d.id
    where m.tenant_id = ${tenantId} and m.conversation_id = ${conversationId} and l.device_id is null
    order by d.id`;
}

export async function hasLeaf(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
  deviceId: DeviceId,
): Promise<boolean> {
  const rows = await sql`
    select 1 from channel_leaves
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and device_id = ${deviceId}`;
  return rows.length > 0;
}

export async function countLeaves(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from channel_leaves
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return row!.count;
}

/** The present epoch's GroupInfo and authenticator; the channel is known to be there. */
export async function findEpoch(sql: Queries, { tenantId, conversationId }: ChannelRef): Promise<StoredEpoch> {
  const [row] = await sql<StoredEpoch[]>`
    select group_info as "groupInfo", authenticator from channel_groups
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return row!;
}

/** Where the channels of a user are. */
export function findHeads(sql: Queries, tenantId: TenantId, userId: UserId): Promise<readonly ChannelHead[]> {
  return sql<ChannelHead[]>`
    select g.conversation_id as "conversationId", g.generation, g.epoch, c.last_seq as "lastSeq",
      exists (
        select from channel_leaves l join devices d on d.tenant_id = l.tenant_id and d.id = l.device_id
        where l.tenant_id = g.tenant_id and l.conversation_id = g.conversation_id
          and (d.removed_at is not null or not exists (
            select from memberships m
            where m.tenant_id = l.tenant_id and m.conversation_id = l.conversation_id and m.user_id = d.user_id))
      ) or exists (
        select from memberships m
        join devices d on d.tenant_id = m.tenant_id and d.user_id = m.user_id and d.removed_at is null
        where m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id and not exists (
          select from channel_leaves l
          where l.tenant_id = m.tenant_id and l.conversation_id = m.conversation_id and l.device_id = d.id)
      ) as "isPending"
    from memberships own
    join channel_groups g on g.tenant_id = own.tenant_id and g.conversation_id = own.conversation_id
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    where own.tenant_id = ${tenantId} and own.user_id = ${userId}
    order by g.conversation_id`;
}

/** Ids of the channels that some users are in. */
export async function findChannelsOf(
  sql: Queries,
  tenantId: TenantId,
  userIds: readonly UserId[],
): Promise<readonly ConversationId[]> {
  const rows = await sql<{ id: ConversationId }[]>`
    select distinct g.conversation_id as id from memberships m
    join channel_groups g on g.tenant_id = m.tenant_id and g.conversation_id = m.conversation_id
    where m.tenant_id = ${tenantId} and m.user_id = any(${[...userIds]}::uuid[])`;
  return rows.map(({ id }) => id);
}

/** Who is to hear of a channel, as one snapshot. */
export interface ChannelDevices {
  readonly conversationId: ConversationId;
  readonly generation: number;
  readonly epoch: number;
  readonly lastSeq: number;
  /** Devices in the group. */
  readonly leaves: readonly DeviceId[];
  /** Present devices of the members. */
  readonly desired: readonly DeviceId[];
}

export function findChannelDevices(
  sql: Queries,
  tenantId: TenantId,
  conversationIds: readonly ConversationId[],
): Promise<readonly ChannelDevices[]> {
  return sql<ChannelDevices[]>`
    select g.conversation_id as "conversationId", g.generation, g.epoch, c.last_seq as "lastSeq",
      array(
        select device_id from channel_leaves l
        where l.tenant_id = g.tenant_id and l.conversation_id = g.conversation_id) as leaves,
      array(
        select d.id from memberships m
        join devices d on d.tenant_id = m.tenant_id and d.user_id = m.user_id and d.removed_at is null
        where m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id) as desired
    from channel_groups g
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    where g.tenant_id = ${tenantId} and g.conversation_id = any(${[...conversationIds]}::uuid[])`;
}
