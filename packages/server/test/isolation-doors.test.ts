import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import type { TenantId } from '@seal-chat/protocol';
import { TenantPool } from '../src/db/tenant-pool.ts';
import { signUp } from './support/people.ts';
import { test } from './support/two-tenants.ts';

describe('doors', () => {
  const setting = async (sql: Sql): Promise<string> =>
    (await sql<{ tenant: string }[]>`select current_setting('app.tenant') as tenant`)[0]!.tenant;

  test('statements of many tenants at once run for their own each, alone, in transactions and after connections broke', async ({
    db,
    relay,
  }) => {
    const tenants = await Promise.all(Array.from({ length: 5 }, async () => (await relay.addTenant()).tenantId));
    const wrong: string[] = [];
    let broken = 0;
    const ask = async (tenantId: TenantId, i: number): Promise<void> => {
      const own = db.sql.of(tenantId);
      const seen = await (i % 3 === 0 ? own.begin(async (tx) => setting(tx as unknown as Sql)) : setting(own)).catch(
        () => {
          broken++;
          return tenantId;
        },
      );
      if (seen !== tenantId) wrong.push(seen);
    };
    for (let round = 0; round < 20; round++) {
      const asked = Array.from({ length: 60 }, (_, i) => ask(tenants[(i * 7 + round) % tenants.length]!, i));
      if (round % 5 === 4) {
        await relay.sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and query like '%app.tenant%'`;
      }
      await Promise.all(asked);
    }
    expect(wrong).toEqual([]);
    expect(broken).toBeLessThan(20 * 60);
  });

  test('a connection that comes back to the pool set to one tenant, or in a transaction, serves the next for its own alone', async ({
    relay,
    tenant: { tenantId },
    foreign,
  }) => {
    const options = { connectionString: relay.database.url, options: '-c role=seal_app', max: 1 };
    const pool = new TenantPool({ ...options, isIsolated: true });
    const ask = async (of: TenantId, text = "select current_setting('app.tenant') as tenant") =>
      (await pool.within(of, () => pool.query<{ tenant: string }>(text))).rows[0]?.tenant;
    try {
      expect(await ask(tenantId)).toBe(tenantId);
      expect(await ask(foreign.tenantId)).toBe(foreign.tenantId);
      await expect(ask(tenantId, 'select 1/0')).rejects.toMatchObject({ code: '22012' });
      expect(await ask(tenantId)).toBe(tenantId);
      for (const failing of [null, 'select 1/0']) {
        await pool.within(tenantId, async () => {
          const client = await pool.connect();
          await client.query('begin');
          if (failing !== null) await client.query(failing).catch(() => undefined);
          client.release();
        });
        await ask(foreign.tenantId);
        await ask(foreign.tenantId, 'rollback');
        expect(await ask(foreign.tenantId)).toBe(foreign.tenantId);
      }
    } finally {
      await pool.end();
    }
  });

  test('what Prisma would gather of two tenants is asked for apart, and transactions keep their tenant', async ({
    db,
    relay,
    tenant,
    foreign,
  }) => {
    const people = await Promise.all([signUp(relay, tenant), signUp(relay, foreign), signUp(relay, tenant)]);
    for (let round = 0; round < 10; round++) {
      const found = await Promise.all(
        people.map(({ tenant: { tenantId }, userId }) =>
          db.prisma
            .of(tenantId)
            .user.findUnique({ where: { tenantId_id: { tenantId, id: userId } }, select: { id: true } }),
        ),
      );
      expect(found).toEqual(people.map(({ userId }) => ({ id: userId })));
      const counts = await Promise.all(
        people.map(({ tenant: { tenantId } }) => db.prisma.of(tenantId).$transaction((tx) => tx.user.findMany())),
      );
      for (const [i, users] of counts.entries()) {
        expect(new Set(users.map(({ tenantId }) => tenantId))).toEqual(new Set([people[i]!.tenant.tenantId]));
      }
    }
  });
});
