import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { PendingQuery, Row, Sql } from 'postgres';
import type { PrismaClient } from '../generated/client.ts';

/** The columns that `toAnswer` takes. */
export const CONVERSATION = {
  id: true,
  kind: true,
  lastSeq: true,
  createdAt: true,
  group: { select: { visibility: true, name: true, description: true } },
  memberships: {
    orderBy: { userId: 'asc' },
    select: {
      userId: true,
      role: true,
      deliveredSeq: true,
      user: { select: { username: true, listVersion: true } },
    },
  },
} as const;

interface ConversationRow {
  readonly id: string;
  readonly kind: ConversationAnswer['kind'];
  readonly lastSeq: bigint;
  readonly createdAt: Date;
  readonly group: ConversationAnswer['channel'] | null;
  readonly memberships: readonly {
    readonly userId: string;
    readonly role: 'owner' | 'admin' | 'member';
    readonly deliveredSeq: bigint;
    readonly user: { readonly username: string | null; readonly listVersion: number };
  }[];
}

/** Makes of a row the conversation as its members see it. */
export function toAnswer(row: ConversationRow): ConversationAnswer {
  return {
    conversationId: row.id as ConversationId,
    kind: row.kind,
    lastSeq: Number(row.lastSeq),
    createdAt: row.createdAt.getTime(),
    members: row.memberships.map(({ userId, role, deliveredSeq, user }) => ({
      userId: userId as UserId,
      username: user.username,
      role,
      deviceListVersion: user.listVersion,
      deliveredSeq: Number(deliveredSeq),
    })),
    ...(row.group && { channel: row.group }),
  };
}

export async function findConversation(
  prisma: PrismaClient,
  tenantId: TenantId,
  conversationId: string,
): Promise<ConversationAnswer | null> {
  const row = await prisma.conversation.findUnique({
    where: { tenantId_id: { tenantId, id: conversationId } },
    select: CONVERSATION,
  });
  return row && toAnswer(row);
}

export async function isMember(
  prisma: PrismaClient,
  tenantId: TenantId,
  conversationId: ConversationId,
  userId: UserId,
): Promise<boolean> {
  const where = { tenantId_conversationId_userId: { tenantId, conversationId, userId } };
  return (await prisma.membership.findUnique({ where, select: { userId: true } })) !== null;
}

/** Whether the tenant has a channel of that id. */
export async function isChannel(sql: Sql, tenantId: TenantId, conversationId: ConversationId): Promise<boolean> {
  const rows = await sql`
    select 1 from conversations where tenant_id = ${tenantId} and id = ${conversationId} and kind = 'channel'`;
  return rows.length > 0;
}

/**
 * Members of a larger channel are not told of each other's presence: no one reads that many, and it would grow with
 * the square of the members.
 */
export const MAX_COMPANY = 100;

/** Finds the users who share a DM or a channel of at most `MAX_COMPANY` people with the user. */
export function findPeers(sql: Sql, tenantId: TenantId, userId: UserId): Promise<readonly UserId[]> {
  return findCompany(sql, { tenantId, userId }, sql`true`);
}

/** Finds those of them who are told of the user's presence: not a stranger, whose DM the user has not opened. */
export function findWatchers(sql: Sql, tenantId: TenantId, userId: UserId): Promise<readonly UserId[]> {
  return findCompany(sql, { tenantId, userId }, sql`small.tells_presence`);
}

/** Finds those of them whose presence the user is told of: not who has not opened the DM. */
export function findWatched(sql: Sql, tenantId: TenantId, userId: UserId): Promise<readonly UserId[]> {
  return findCompany(sql, { tenantId, userId }, sql`other.tells_presence`);
}

async function findCompany(
  sql: Sql,
  { tenantId, userId }: { readonly tenantId: TenantId; readonly userId: UserId },
  condition: PendingQuery<Row[]>,
): Promise<readonly UserId[]> {
  const rows = await sql<{ user_id: UserId }[]>`
    with small as materialized (
      select conversation_id, tells_presence from memberships mine
      where tenant_id = ${tenantId} and user_id = ${userId} and (select count(*) from (
        select 1 from memberships one
        where one.tenant_id = mine.tenant_id and one.conversation_id = mine.conversation_id
        limit ${MAX_COMPANY + 1}) members) <= ${MAX_COMPANY})
    select distinct other.user_id from small
    join memberships other on other.tenant_id = ${tenantId} and other.conversation_id = small.conversation_id
    where other.user_id <> ${userId} and ${condition}`;
  return rows.map((row) => row.user_id);
}

/** Finds the user ids of a conversation. */
export async function findMembers(
  prisma: PrismaClient,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<readonly UserId[]> {
  const rows = await prisma.membership.findMany({ where: { tenantId, conversationId }, select: { userId: true } });
  return rows.map(({ userId }) => userId as UserId);
}
