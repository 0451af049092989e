import type { TenantId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** A publishable key with what its tenant allows. */
export interface PublishableKeyRow {
  readonly tenantId: TenantId;
  readonly allowedOrigins: readonly string[];
  /** Rates that differ from the server's; not checked yet. */
  readonly limits: unknown;
}

/** Finds the row of a publishable key, or null. */
export async function findPublishableKey(prisma: PrismaClient, key: string): Promise<PublishableKeyRow | null> {
  const row = await prisma.publishableKey.findUnique({
    where: { key },
    select: { tenantId: true, allowedOrigins: true, tenant: { select: { limits: true } } },
  });
  if (row === null) return null;
  return { tenantId: row.tenantId as TenantId, allowedOrigins: row.allowedOrigins, limits: row.tenant.limits };
}
