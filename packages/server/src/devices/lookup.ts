import type { SignedDeviceList, TenantId, UserId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** Whose lists. */
export interface Account {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** What the column holds. Versions count from 1 without gaps, so none comes near. */
export const MAX_VERSION = 0x7fff_ffff;

/** Finds the list of exactly that version, or null. */
export async function findList(
  prisma: PrismaClient,
  { tenantId, userId }: Account,
  version: number,
): Promise<SignedDeviceList | null> {
  if (version > MAX_VERSION) return null;
  return prisma.deviceList.findUnique({
    where: { tenantId_userId_version: { tenantId, userId, version } },
    select: { bytes: true, signature: true },
  });
}
