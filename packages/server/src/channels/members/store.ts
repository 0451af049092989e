import type { UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import type { ChannelRef, Queries } from '../store.ts';

export async function findMemberIds(
  sql: Queries,
  { tenantId, conversationId }: ChannelRef,
): Promise<readonly UserId[]> {
  const rows = await sql<{ id: UserId }[]>`
    select user_id as id from memberships where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return rows.map(({ id }) => id);
}

/** Finds the role of a member; null for anyone else. */
export async function findRole(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  userId: UserId,
): Promise<MemberRole | null> {
  const [row] = await tx<{ role: MemberRole }[]>`
    select role from memberships
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId}`;
  return row?.role ?? null;
}

/** Counts the members and the owners of a channel. */
export async function countMembers(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
): Promise<{ readonly members: number; readonly owners: number }> {
  const [row] = await tx<{ members: number; owners: number }[]>`
    select count(*) as members, count(*) filter (where role = 'owner') as owners from memberships
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return row!;
}

/** Makes people members, and takes back invitations of theirs. @returns those who were none before */
export async function insertMembers(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  userIds: readonly UserId[],
  role: MemberRole,
  now: Date,
): Promise<readonly UserId[]> {
  await tx`
    delete from invitations
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = any(${[...userIds]}::uuid[])`;
  const rows = await tx<{ id: UserId }[]>`
    insert into memberships (tenant_id, conversation_id, user_id, role, joined_at)
    select ${tenantId}, ${conversationId}, id, ${role}, ${now} from unnest(${[...userIds]}::uuid[]) as id
    on conflict do nothing returning user_id as id`;
  return rows.map(({ id }) => id);
}

export async function deleteMember(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  userId: UserId,
): Promise<void> {
  await tx`
    delete from memberships
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId}`;
}

export async function setRole(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  userId: UserId,
  role: MemberRole,
): Promise<void> {
  await tx`
    update memberships set role = ${role}
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId}`;
}

/** Deletes the invitations that a user gave. @returns the users who were invited */
export async function deleteInvitationsBy(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  inviterUserId: UserId,
): Promise<readonly UserId[]> {
  const rows = await tx<{ id: UserId }[]>`
    delete from invitations
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and inviter_user_id = ${inviterUserId}
    returning user_id as id`;
  return rows.map(({ id }) => id);
}

/** Makes the longest-serving admin the owner, or the longest-serving member when there is no admin. */
async function promoteHeir(tx: TransactionSql, { tenantId, conversationId }: ChannelRef): Promise<void> {
  await tx`
    update memberships set role = 'owner'
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = (
      select user_id from memberships
      where tenant_id = ${tenantId} and conversation_id = ${conversationId}
      order by role = 'admin' desc, joined_at, user_id limit 1)`;
}

/**
 * Ends a membership of a locked channel. When the last owner leaves, the longest-serving admin, or else member, becomes the
 * owner; when no member is left the channel is deleted. @returns the users who lose an invitation
 */
export async function endMembership(tx: TransactionSql, ref: ChannelRef, userId: UserId): Promise<readonly UserId[]> {
  await deleteMember(tx, ref, userId);
  const { members, owners } = await countMembers(tx, ref);
  if (members === 0) return deleteChannel(tx, ref);
  if (owners === 0) await promoteHeir(tx, ref);
  return [];
}

/** Deletes a channel without members, with all of its log. @returns the users who lose an invitation */
async function deleteChannel(tx: TransactionSql, { tenantId, conversationId }: ChannelRef): Promise<readonly UserId[]> {
  const rows = await tx<{ id: UserId }[]>`
    select user_id as id from invitations where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  await tx`delete from conversations where tenant_id = ${tenantId} and id = ${conversationId}`;
  return rows.map(({ id }) => id);
}
