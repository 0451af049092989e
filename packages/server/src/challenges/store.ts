import type { Bytes, ChallengeId, TenantId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** Stores a challenge, which can be taken once. */
export async function insertChallenge(
  prisma: PrismaClient,
  challenge: {
    readonly tenantId: TenantId;
    readonly id: ChallengeId;
    readonly nonce: Bytes;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await prisma.challenge.create({ data: challenge });
}

/** Takes an unexpired challenge, which cannot be taken again. @returns its nonce, or null */
export async function takeChallenge(
  prisma: PrismaClient,
  tenantId: TenantId,
  id: ChallengeId,
  now: Date,
): Promise<Bytes | null> {
  const [row] = await prisma.$queryRaw<{ nonce: Bytes; expires_at: Date }[]>`
    delete from challenges where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning nonce, expires_at`;
  return row !== undefined && row.expires_at > now ? Uint8Array.from(row.nonce) : null;
}
