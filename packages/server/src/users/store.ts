import type { TenantId, UserId } from '@seal-chat/protocol';
import type { UserProfile } from '@seal-chat/protocol/api';
import type { PrismaClient } from '../generated/client.ts';

/** Finds users of the tenant except `except` whose name begins with `prefix`, the exact name first; guests have none. */
export async function findByNamePrefix(
  prisma: PrismaClient,
  tenantId: TenantId,
  prefix: string,
  except: UserId,
  limit: number,
): Promise<readonly UserProfile[]> {
  // Names are compared byte by byte, so everything that begins with the prefix lies between it and its successor.
  const rows = await prisma.$queryRaw<{ id: UserId; username: string }[]>`
    select id, username from users
    where tenant_id = ${tenantId}::uuid and username_key >= ${prefix} and username_key < ${`${prefix}\u{10ffff}`}
      and id <> ${except}::uuid
    order by username_key limit ${limit}`;
  return rows.map(({ id, username }) => ({ userId: id, username }));
}

/** Finds the profiles of those of `userIds` that the tenant has. */
export async function findProfiles(
  prisma: PrismaClient,
  tenantId: TenantId,
  userIds: readonly UserId[],
): Promise<readonly UserProfile[]> {
  const rows = await prisma.user.findMany({
    where: { tenantId, id: { in: [...userIds] } },
    select: { id: true, username: true },
  });
  return rows.map(({ id, username }) => ({ userId: id as UserId, username }));
}
