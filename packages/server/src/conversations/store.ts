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
  const rows = await prisma.membership.findMany({
    where: { tenantId, userId, ...(after !== null && { conversationId: { gt: after } }) },
    orderBy: { conversationId: 'asc' },
    take: limit,
    select: { conversation: { select: CONVERSATION } },
  });
  return rows.map(({ conversation }) => toAnswer(conversation));
}

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
