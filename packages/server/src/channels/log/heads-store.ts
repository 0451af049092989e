import type { ConversationId, DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { ChannelHead } from '@seal-chat/protocol/api';
import { hasToAdd, hasToRemove } from '../leaf-store.ts';
import type { Queries } from '../store.ts';

/** Finds how far the logs and groups of a user's channels are. */
export function findHeads(sql: Queries, tenantId: TenantId, userId: UserId): Promise<readonly ChannelHead[]> {
  return sql<ChannelHead[]>`
    select g.conversation_id as "conversationId", g.incarnation, g.epoch, c.last_seq as "lastSeq",
      (g.may_remove and ${hasToRemove(sql)}) or (g.may_add and ${hasToAdd(sql)}) as "isPending"
    from memberships own
    join channel_groups g on g.tenant_id = own.tenant_id and g.conversation_id = own.conversation_id
    join conversations c on c.tenant_id = g.tenant_id and c.id = g.conversation_id
    where own.tenant_id = ${tenantId} and own.user_id = ${userId}
    order by g.conversation_id`;
}

/** Where the log of a channel ends. */
export interface LogEnd {
  readonly conversationId: ConversationId;
  readonly lastSeq: number;
}

/** Finds where the logs end of the channels that some users are in. */
export function findLogEnds(sql: Queries, tenantId: TenantId, userIds: readonly UserId[]): Promise<readonly LogEnd[]> {
  return sql<LogEnd[]>`
    select c.id as "conversationId", c.last_seq as "lastSeq" from conversations c
    where c.tenant_id = ${tenantId} and c.kind = 'channel' and c.id in (
      select conversation_id from memberships where tenant_id = ${tenantId} and user_id = any(${[...userIds]}::uuid[]))`;
}

/** The devices that are told of a channel's log, as one snapshot. */
export interface ChannelDevices {
  readonly conversationId: ConversationId;
  readonly incarnation: number;
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
    select g.conversation_id as "conversationId", g.incarnation, g.epoch, c.last_seq as "lastSeq",
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
