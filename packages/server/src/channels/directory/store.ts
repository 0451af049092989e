import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { channelInputs, ChannelListing, InvitationAnswer } from '@seal-chat/protocol/api';
import type { Sql, TransactionSql } from 'postgres';
import type { z } from 'zod';
import { skeletonOf } from '../../users/skeleton.ts';
import { usernameKeyOf } from '../../users/username.ts';
import type { ChannelRef, Queries } from '../store.ts';

/** The form in which names of channels are unique and searched. */
const nameKeyOf = usernameKeyOf;

/** Whether another channel than `ref` has the name, or one that looks like it. */
export async function isNameTaken(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  name: string,
): Promise<boolean> {
  const rows = await tx`
    select 1 from channel_groups
    where tenant_id = ${tenantId} and conversation_id <> ${conversationId}
      and (name_key = ${nameKeyOf(name)} or name_skeleton = ${skeletonOf(name)})`;
  return rows.length > 0;
}

/** Inserts a channel. @throws the unique key's error when the id or the name is taken */
export async function insertChannel(
  tx: TransactionSql,
  tenantId: TenantId,
  channel: z.output<typeof channelInputs.create>,
  now: Date,
): Promise<void> {
  const { conversationId, visibility, name, description, suite, groupInfo, authenticator } = channel;
  await tx`
    insert into conversations (tenant_id, id, kind, created_at, last_at)
    values (${tenantId}, ${conversationId}, 'channel', ${now}, ${now})`;
  await tx`
    insert into channel_groups (tenant_id, conversation_id, visibility, name, name_key, name_skeleton, description, suite, group_info,
      authenticator)
    values (${tenantId}, ${conversationId}, ${visibility}, ${name}, ${name && nameKeyOf(name)}, ${name && skeletonOf(name)}, ${description}, ${suite},
      ${groupInfo}, ${authenticator})`;
}

/** Whether the tenant has a conversation of that id. */
export async function isIdTaken(tx: TransactionSql, { tenantId, conversationId }: ChannelRef): Promise<boolean> {
  const rows = await tx`select 1 from conversations where tenant_id = ${tenantId} and id = ${conversationId}`;
  return rows.length > 0;
}

/** Changes name and description. @throws the unique key's error when the name is taken */
export async function setNames(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  name: string,
  description: string,
): Promise<void> {
  await tx`
    update channel_groups set name = ${name}, name_key = ${nameKeyOf(name)}, name_skeleton = ${skeletonOf(name)},
      description = ${description}
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
}

/** Finds public channels whose name contains `query`, sorted by name, after the name `after`. */
export function findListings(
  sql: Sql,
  { tenantId, userId }: { readonly tenantId: TenantId; readonly userId: UserId },
  query: string,
  after: string | null,
  limit: number,
): Promise<readonly ChannelListing[]> {
  return sql<ChannelListing[]>`
    select g.conversation_id as "conversationId", g.name, g.description,
      (select count(*) from memberships m
        where m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id) as "memberCount",
      exists (select from memberships m
        where m.tenant_id = g.tenant_id and m.conversation_id = g.conversation_id and m.user_id = ${userId}
      ) as "isMember"
    from (
      select * from channel_groups
      where tenant_id = ${tenantId} and visibility = 'public' and position(${nameKeyOf(query)} in name_key) > 0
        and name_key collate "C" > ${after === null ? '' : nameKeyOf(after)}
      order by name_key collate "C" limit ${limit}) g
    order by g.name_key collate "C"`;
}

/** Invites people to a channel, except members and people already invited. @returns who was invited */
export async function insertInvitations(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  inviterUserId: UserId,
  userIds: readonly UserId[],
  now: Date,
): Promise<readonly UserId[]> {
  const rows = await tx<{ id: UserId }[]>`
    insert into invitations (tenant_id, conversation_id, user_id, inviter_user_id, created_at)
    select ${tenantId}, ${conversationId}, id, ${inviterUserId}, ${now} from unnest(${[...userIds]}::uuid[]) as id
    where not exists (
      select from memberships m
      where m.tenant_id = ${tenantId} and m.conversation_id = ${conversationId} and m.user_id = id)
    on conflict do nothing returning user_id as id`;
  return rows.map(({ id }) => id);
}

/** Whether a user is invited to a channel. */
export async function isInvited(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  userId: UserId,
): Promise<boolean> {
  const rows = await tx`
    select 1 from invitations
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId}`;
  return rows.length > 0;
}

/** Deletes an invitation; false when there is none. */
export async function deleteInvitation(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
  userId: UserId,
): Promise<boolean> {
  const rows = await sql`
    delete from invitations
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId} returning 1`;
  return rows.length > 0;
}

interface InvitationRow extends Omit<InvitationAnswer, 'createdAt'> {
  readonly conversationId: ConversationId;
  readonly createdAt: Date;
}

/** Finds the invitations of a user, latest first. */
export async function findInvitations(
  sql: Sql,
  tenantId: TenantId,
  userId: UserId,
): Promise<readonly InvitationAnswer[]> {
  const rows = await sql<InvitationRow[]>`
    select i.conversation_id as "conversationId", g.visibility, g.name, i.inviter_user_id as "inviterUserId",
      u.username as "inviterName", i.created_at as "createdAt",
      (select count(*) from memberships m
        where m.tenant_id = i.tenant_id and m.conversation_id = i.conversation_id) as "memberCount"
    from invitations i
    join channel_groups g on g.tenant_id = i.tenant_id and g.conversation_id = i.conversation_id
    join users u on u.tenant_id = i.tenant_id and u.id = i.inviter_user_id
    where i.tenant_id = ${tenantId} and i.user_id = ${userId}
    order by i.created_at desc, i.conversation_id`;
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.getTime() }));
}
