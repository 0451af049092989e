import type { DeviceId } from '@seal-chat/protocol';
import type { LeafAnswer } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import type { ChannelRef, Queries } from './store.ts';

/** Whether the group `g` of a query has a device that should not be in it. */
export function hasToRemove(sql: Queries) {
  return sql`exists (
    select from channel_leaves l join devices d on d.tenant_id = l.tenant_id and d.id = l.device_id
    where l.tenant_id = g.tenant_id and l.conversation_id = g.conversation_id
      and (d.removed_at is not null or not exists (
        select from memberships m
        where m.tenant_id = l.tenant_id and m.conversation_id = l.conversation_id and m.user_id = d.user_id)))`;
}

/** Whether the group `g` of a query lacks a device that should be in it. */
export function hasToAdd(sql: Queries) {
  return sql`exists (
    select from memberships m
    join devices d on d.tenant_id = m.tenant_id and d.user_id = m.user_id and d.removed_at is null
    where m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id and not exists (
      select from channel_leaves l
      where l.tenant_id = m.tenant_id and l.conversation_id = m.conversation_id and l.device_id = d.id))`;
}

/** Finds the devices that are in the group and should not be. */
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

/** Finds the devices that should be in the group and are not. */
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

/** Removes devices from the group; all of them when `deviceIds` is null. */
export async function deleteLeaves(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  deviceIds: readonly DeviceId[] | null,
): Promise<void> {
  await tx`
    delete from channel_leaves where tenant_id = ${tenantId} and conversation_id = ${conversationId}
      ${deviceIds === null ? tx`` : tx`and device_id = any(${[...deviceIds]}::uuid[])`}`;
}

export async function insertLeaves(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  deviceIds: readonly DeviceId[],
): Promise<void> {
  await tx`
    insert into channel_leaves (tenant_id, conversation_id, device_id)
    select ${tenantId}, ${conversationId}, id from unnest(${[...deviceIds]}::uuid[]) as id`;
}
