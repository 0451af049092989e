import { asKey, type MethodId, type SignPublicKey, type TenantId, type UserId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** Finds the key that proves one unlock way of an account, or null. */
export async function findUnlockKey(
  prisma: PrismaClient,
  { tenantId, userId }: { readonly tenantId: TenantId; readonly userId: UserId },
  methodId: MethodId,
): Promise<SignPublicKey | null> {
  const where = { tenantId_userId_methodId: { tenantId, userId, methodId } };
  const row = await prisma.vaultMethod.findUnique({ where, select: { unlockKey: true } });
  return row && asKey(row.unlockKey);
}
