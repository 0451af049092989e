import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { TenantId } from '@seal-chat/protocol';
import type { RelayProcess, TestTenant } from './relay.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

/** A server in a process of its own, that clients can reach. */
export type WholeServer = ServerProcess & RelayProcess;

/** Starts the built server, or `program`, on a database, without limits that a test would meet; resolves once it serves. */
export async function startWholeServer(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  program?: string,
): Promise<WholeServer> {
  const server = spawnServer(
    {
      DATABASE_URL: databaseUrl,
      DEMO: 'off',
      MESSAGES_PER_MINUTE: '1000000',
      AUTH_PER_MINUTE: '1000000',
      ...environment,
    },
    program === undefined ? {} : { program },
  );
  const wsUrl = `${(await server.ready).replace('http', 'ws')}/trpc`;
  return { ...server, wsUrl } as WholeServer;
}

/** A tenant of the database behind `sql`. */
export async function addTenant(sql: Sql): Promise<TestTenant> {
  const tenantId = randomUUID() as TenantId;
  const appKey = `pk_test_${tenantId}`;
  await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`;
  await sql`insert into publishable_keys (key, tenant_id, allowed_origins) values (${appKey}, ${tenantId}, ${['*']})`;
  return { tenantId, appKey };
}
