import type { TenantId, UserId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** Finds those of `userIds` that the tenant has. */
export async function findExistingUsers(
  prisma: PrismaClient,
  tenantId: TenantId,
  userIds: readonly UserId[],
): Promise<ReadonlySet<string>> {
  const rows = await prisma.user.findMany({ where: { tenantId, id: { in: [...userIds] } }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}
