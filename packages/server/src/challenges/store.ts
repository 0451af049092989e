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

/** Reads an unexpired challenge and leaves it there. @returns its nonce, or null */
export async function findChallenge(
  prisma: PrismaClient,
  tenantId: TenantId,
  id: ChallengeId,
  now: Date,
): Promise<Bytes | null> {
  const row = await prisma.challenge.findUnique({ where: { tenantId_id: { tenantId, id } } });
  return row !== null && row.expiresAt > now ? Uint8Array.from(row.nonce) : null;
}

/**
 * Takes an unexpired challenge, which cannot be taken again. In a transaction, others who would take it wait for how that
 * ends.
 * @returns its nonce, or null
 */
export async function takeChallenge(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  tenantId: TenantId,
  id: ChallengeId,
  now: Date,
): Promise<Bytes | null> {
  const [row] = await prisma.$queryRaw<{ nonce: Bytes; expires_at: Date }[]>`
    delete from challenges where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning nonce, expires_at`;
  return row !== undefined && row.expires_at > now ? Uint8Array.from(row.nonce) : null;
}
