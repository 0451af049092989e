import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { PendingQuery, Row, Sql } from 'postgres';

interface ConversationRow {
  readonly id: ConversationId;
  readonly kind: ConversationAnswer['kind'];
  readonly last_seq: number;
  readonly created_at: Date;
  /** Null for anything but channels. */
  readonly visibility: Channel['visibility'] | null;
  readonly name: Channel['name'];
  readonly description: Channel['description'];
  readonly members: readonly [
    Member['userId'],
    Member['username'],
    Member['role'],
    Member['deviceListVersion'],
    Member['deliveredSeq'],
  ][];
}

type Member = ConversationAnswer['members'][number];
type Channel = NonNullable<ConversationAnswer['channel']>;

/** Reads the conversations `c` of `source`, which may end in a condition and an order, as their members see them. */
export async function readConversations(sql: Sql, source: PendingQuery<Row[]>): Promise<readonly ConversationAnswer[]> {
  // One row for each conversation, whatever the number of its members: as rows of their own they took twice as long.
  const rows = await sql<ConversationRow[]>`
    select c.id, c.kind, c.last_seq, c.created_at, g.visibility, g.name, g.description, (
      select coalesce(
        json_agg(json_build_array(m.user_id, u.username, m.role, u.list_version, m.delivered_seq) order by m.user_id), '[]')
      from memberships m join users u on u.tenant_id = m.tenant_id and u.id = m.user_id
      where m.tenant_id = c.tenant_id and m.conversation_id = c.id) as members
    from ${source}`;
  return rows.map((row) => ({
    conversationId: row.id,
    kind: row.kind,
    lastSeq: row.last_seq,
    createdAt: row.created_at.getTime(),
    members: row.members.map(([member, username, role, deviceListVersion, deliveredSeq]) => ({
      userId: member,
      username,
      role,
      deviceListVersion,
      deliveredSeq,
    })),
    ...(row.visibility !== null && {
      channel: { visibility: row.visibility, name: row.name, description: row.description },
    }),
  }));
}

/** The groups `g` of conversations `c`; channels have one. */
export const withGroup = (sql: Sql) =>
  sql`left join channel_groups g on g.tenant_id = c.tenant_id and g.conversation_id = c.id`;

export async function findConversation(
  sql: Sql,
  tenantId: TenantId,
  conversationId: string,
): Promise<ConversationAnswer | null> {
  const [found] = await readConversations(
    sql,
    sql`conversations c ${withGroup(sql)} where c.tenant_id = ${tenantId} and c.id = ${conversationId}`,
  );
  return found ?? null;
}

export async function isMember(
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
  userId: UserId,
): Promise<boolean> {
  const rows = await sql`
    select 1 from memberships
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and user_id = ${userId}`;
  return rows.length > 0;
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
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<readonly UserId[]> {
  const rows = await sql<{ id: UserId }[]>`
    select user_id as id from memberships where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
  return rows.map(({ id }) => id);
}
