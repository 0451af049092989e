import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { Transaction } from '../db/transaction.ts';
import type { PrismaClient } from '../generated/client.ts';
import { CONVERSATION, toAnswer } from './lookup.ts';

/** Finds the conversations of a user, sorted by id, after the id `after`. */
export async function findConversationsOf(
  prisma: PrismaClient,
  tenantId: TenantId,
  userId: UserId,
  after: ConversationId | null,
  limit: number,
): Promise<readonly ConversationAnswer[]> {
  // One row for each conversation, whatever the number of its members: as rows of their own they took twice as long.
  const rows = await prisma.$queryRaw<ListRow[]>`
    select c.id, c.kind, c.last_seq, c.created_at, g.visibility, g.name, g.description, (
      select json_agg(json_build_array(m.user_id, u.username, m.role, u.list_version, m.delivered_seq) order by m.user_id)
      from memberships m join users u on u.tenant_id = m.tenant_id and u.id = m.user_id
      where m.tenant_id = c.tenant_id and m.conversation_id = c.id) as members
    from memberships own
    join conversations c on c.tenant_id = own.tenant_id and c.id = own.conversation_id
    left join channel_groups g on g.tenant_id = c.tenant_id and g.conversation_id = c.id
    where own.tenant_id = ${tenantId}::uuid and own.user_id = ${userId}::uuid
      and own.conversation_id > ${after ?? BEFORE_ALL}::uuid
    order by own.conversation_id limit ${limit}`;
  return rows.map((row) => ({
    conversationId: row.id,
    kind: row.kind,
    lastSeq: Number(row.last_seq),
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

type Member = ConversationAnswer['members'][number];
type Channel = NonNullable<ConversationAnswer['channel']>;

interface ListRow {
  readonly id: ConversationId;
  readonly kind: ConversationAnswer['kind'];
  readonly last_seq: bigint;
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

/** Below every id that is given out. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export async function findDm(
  prisma: PrismaClient,
  tenantId: TenantId,
  { low, high }: Pair,
): Promise<ConversationAnswer | null> {
  const row = await prisma.conversation.findUnique({
    where: { tenantId_dmLow_dmHigh: { tenantId, dmLow: low, dmHigh: high } },
    select: CONVERSATION,
  });
  return row && toAnswer(row);
}

/** The two people of a DM, the lower id first; the same person twice for a person's conversation with themselves. */
export interface Pair {
  readonly low: UserId;
  readonly high: UserId;
}

/** Inserts a DM with its members. @throws the unique constraint's error when the pair has a DM */
export async function insertDm(
  tx: Transaction,
  dm: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly pair: Pair;
    readonly openedBy: UserId;
    readonly createdAt: Date;
  },
): Promise<void> {
  const { tenantId, conversationId, pair, openedBy, createdAt } = dm;
  const kind = pair.low === pair.high ? 'self' : 'dm';
  await tx.conversation.create({
    data: { tenantId, id: conversationId, kind, dmLow: pair.low, dmHigh: pair.high, createdAt, lastAt: createdAt },
  });
  await tx.membership.createMany({
    data: [...new Set([pair.low, pair.high])].map((userId) => ({
      tenantId,
      conversationId,
      userId,
      tellsPresence: userId === openedBy,
      joinedAt: createdAt,
    })),
  });
}

/** Has the other person of a DM told of this one's presence. Resolves to whether they were not before. */
export async function startTellingPresence(
  prisma: PrismaClient,
  member: { readonly tenantId: TenantId; readonly conversationId: ConversationId; readonly userId: UserId },
): Promise<boolean> {
  const where = { ...member, tellsPresence: false };
  return (await prisma.membership.updateMany({ where, data: { tellsPresence: true } })).count > 0;
}
