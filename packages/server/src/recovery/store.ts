import type { Bytes, SignedDeviceList, TenantId, UserId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** What a person needs to regain an account. */
export interface RecoveryRow {
  readonly userId: UserId;
  readonly username: string;
  readonly blob: Bytes;
  /** Oldest first. */
  readonly chain: readonly SignedDeviceList[];
}

/** Finds the account of that name, when it has a recovery blob. */
export async function findRecovery(
  prisma: PrismaClient,
  tenantId: TenantId,
  usernameKey: string,
): Promise<RecoveryRow | null> {
  const row = await prisma.user.findUnique({
    where: { tenantId_usernameKey: { tenantId, usernameKey } },
    select: {
      id: true,
      username: true,
      recoveryBlob: { select: { blob: true } },
      deviceLists: { orderBy: { version: 'asc' }, select: { bytes: true, signature: true } },
    },
  });
  if (row === null || row.username === null || row.recoveryBlob === null) return null;
  const { id, username, recoveryBlob, deviceLists } = row;
  return { userId: id as UserId, username, blob: recoveryBlob.blob, chain: deviceLists };
}

export async function storeRecovery(
  prisma: PrismaClient,
  owner: { readonly tenantId: TenantId; readonly userId: UserId },
  blob: Bytes,
  now: Date,
): Promise<void> {
  await prisma.recoveryBlob.upsert({
    where: { tenantId_userId: owner },
    create: { ...owner, blob, updatedAt: now },
    update: { blob, updatedAt: now },
  });
}
