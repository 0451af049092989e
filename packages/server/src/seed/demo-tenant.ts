import type { Sql } from 'postgres';
import type { TenantId } from '@seal-chat/protocol';

/** The demo's tenant and key are the same on every server: its page needs no configuration. */
export const DEMO_TENANT_ID = '00000000-0000-4000-8000-000000000de0' as TenantId;
const DEMO_APP_KEY = 'pk_demo_seal';

/**
 * Makes the demo's tenant, or brings its allowed origins up to date: the server's own pages, and no other.
 * Repeating it, also from several processes, changes nothing.
 */
export async function seedDemoTenant(sql: Sql, origins: readonly string[]): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`insert into tenants (id, name) values (${DEMO_TENANT_ID}, 'Demo') on conflict (id) do nothing`;
    await tx`
      insert into publishable_keys (key, tenant_id, allowed_origins) values (${DEMO_APP_KEY}, ${DEMO_TENANT_ID}, ${origins})
      on conflict (key) do update set allowed_origins = excluded.allowed_origins`;
  });
}

/** Removes the demo's key, so that no one can sign in to it; its messages stay until the tenant is deleted. */
export async function closeDemoTenant(sql: Sql): Promise<void> {
  await sql`delete from publishable_keys where key = ${DEMO_APP_KEY}`;
}
