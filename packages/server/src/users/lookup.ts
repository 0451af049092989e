import type { TenantId, UserId } from '@seal-chat/protocol';
import type { ISql } from 'postgres';
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

/** As `findExistingUsers`, within a transaction of postgres.js: it takes no second connection while it holds locks. */
export async function findExistingUsersWithin(
  tx: ISql,
  tenantId: TenantId,
  userIds: readonly UserId[],
): Promise<ReadonlySet<string>> {
  const rows = await tx<{ id: string }[]>`
    select id from users where tenant_id = ${tenantId} and id = any(${[...userIds]}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}
