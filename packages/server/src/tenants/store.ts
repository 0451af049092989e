import type { TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';

/** A publishable key with what its tenant allows. */
export interface PublishableKeyRow {
  readonly tenantId: TenantId;
  readonly allowedOrigins: readonly string[];
  /** Rates that differ from the server's; not checked yet. */
  readonly limits: unknown;
}

/** Finds the row of a publishable key, or null. */
export async function findPublishableKey(functions: Sql, key: string): Promise<PublishableKeyRow | null> {
  const [row] = await functions<PublishableKeyRow[]>`
    select tenant_id as "tenantId", allowed_origins as "allowedOrigins", limits from seal_find_app_key(${key})`;
  return row ?? null;
}
