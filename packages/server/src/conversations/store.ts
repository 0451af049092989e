import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { Transaction } from '../db/transaction.ts';
import type { PrismaClient } from '../generated/client.ts';
import { readConversations, withGroup } from './lookup.ts';

/** Finds the conversations of a user, sorted by id, after the id `after`. */
export function findConversationsOf(
  sql: Sql,
  tenantId: TenantId,
  userId: UserId,
  after: ConversationId | null,
  limit: number,
): Promise<readonly ConversationAnswer[]> {
  return readConversations(
    sql,
    sql`
      memberships own
      join conversations c on c.tenant_id = own.tenant_id and c.id = own.conversation_id
      ${withGroup(sql)}
      where own.tenant_id = ${tenantId} and own.user_id = ${userId} and own.conversation_id > ${after ?? BEFORE_ALL}
      order by own.conversation_id limit ${limit}`,
  );
}

/** Below every id that is given out. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export async function findDm(sql: Sql, tenantId: TenantId, { low, high }: Pair): Promise<ConversationAnswer | null> {
  const [found] = await readConversations(
    sql,
    sql`
      conversations c ${withGroup(sql)}
      where c.tenant_id = ${tenantId} and c.dm_low = ${low} and c.dm_high = ${high}`,
  );
  return found ?? null;
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
