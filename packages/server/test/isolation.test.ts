import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import { signUp } from './support/people.ts';
import { test } from './support/two-tenants.ts';

/** What each policy for `seal_app` says, as PostgreSQL prints it. */
const OWN = (column: string) =>
  `(${column} = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))`;

/** Tables whose rows belong to tenants and that row-level security does not hold as it must. */
async function findOpen(sql: Sql): Promise<readonly string[]> {
  const tables = await sql<{ name: string; column: string; isOn: boolean; policies: string }[]>`
    select c.relname as name, a.attname as column, c.relrowsecurity as "isOn", (
      select coalesce(string_agg(concat_ws('|', p.roles, p.permissive, p.cmd, p.qual, p.with_check), ' ' order by p.policyname), '')
      from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname) as policies
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped
      and (a.attname = 'tenant_id' or c.relname = 'tenants' and a.attname = 'id')`;
  return tables
    .filter(({ column, isOn, policies }) => {
      const own = OWN(column);
      return !isOn || policies !== `{seal_app}|PERMISSIVE|ALL|${own}|${own} {seal_ops}|PERMISSIVE|ALL|true|true`;
    })
    .map(({ name }) => name);
}

/** Does `work` and undoes it. */
async function undone<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  const done = Symbol('done');
  let result: T;
  await sql
    .begin(async (tx) => {
      result = await work(tx as unknown as Sql);
      throw done;
    })
    .catch((thrown: unknown) => {
      if (thrown !== done) throw thrown;
    });
  return result!;
}

describe('the schema', () => {
  test('row-level security holds every table of tenants by one rule', async ({ relay }) => {
    expect(await findOpen(relay.sql)).toEqual([]);
  });

  test('a table without it, with another rule or one rule more would be found', async ({ relay }) => {
    const found = (statement: string) =>
      undone(relay.sql, async (tx) => {
        await tx.unsafe(statement).simple();
        return findOpen(tx);
      });
    expect(await found('create table later (tenant_id uuid)')).toEqual(['later']);
    expect(await found('alter table users disable row level security')).toEqual(['users']);
    expect(await found('drop policy seal_app on links')).toEqual(['links']);
    expect(await found('alter policy seal_app on vaults using (true)')).toEqual(['vaults']);
    expect(await found('create policy more on devices to seal_app using (true)')).toEqual(['devices']);
  });

  test('what a later migration adds is held after the next start', async ({ relay }) => {
    await undone(relay.sql, async (tx) => {
      await tx`create table later (tenant_id uuid)`;
      await tx`create function seal_later() returns int language sql as 'select 1'`;
      expect(await tx`select seal_isolate() as done`).toEqual([{ done: true }]);
      expect(await findOpen(tx)).toEqual([]);
      const [row] = await tx`
        select has_function_privilege('seal_app', 'seal_later()', 'execute') as may,
          has_table_privilege('seal_app', 'later', 'select') as sees`;
      expect(row).toEqual({ may: false, sees: true });
    });
  });

  test('no one but their owner calls functions that are not named for it, and those that run as it fix where they look', async ({
    relay,
  }) => {
    const functions = await relay.sql<
      { name: string; isPublic: boolean; isDefiner: boolean; may: boolean; path: string | null }[]
    >`
      select p.proname as name, p.prosecdef as "isDefiner", has_function_privilege('seal_app', p.oid, 'execute') as may,
        exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as "isPublic",
        (select option from unnest(p.proconfig) as option where option like 'search_path=%') as path
      from pg_proc p where p.pronamespace = 'public'::regnamespace`;
    expect(functions.filter(({ isPublic }) => isPublic)).toEqual([]);
    const definers = functions.filter(({ isDefiner }) => isDefiner);
    expect(new Set(definers.map(({ path }) => path))).toEqual(new Set(['search_path=pg_catalog, public, pg_temp']));
    // What is not a definer has no more rights than its caller.
    const callable = functions.filter(({ may }) => may).map(({ name }) => name);
    expect(callable.toSorted()).toEqual([
      'seal_acknowledge',
      'seal_channel_send',
      'seal_claim',
      'seal_count_messages',
      'seal_empty_messages',
      'seal_extend',
      'seal_find_app_key',
      'seal_find_audiences',
      'seal_find_behind',
      'seal_refuse',
      'seal_send',
    ]);
  });
});

describe('the roles', () => {
  test('the server logs in as no superuser, and neither role owns anything, logs in or passes over policies', async ({
    relay,
  }) => {
    const roles = await relay.sql`
      select rolname = session_user as "isLogin", rolsuper, rolbypassrls, rolcanlogin,
        exists (select from pg_class c where c.relowner = r.oid) as owns
      from pg_roles r where rolname in (session_user, 'seal_app', 'seal_ops') order by 1`;
    const held = { isLogin: false, rolsuper: false, rolbypassrls: false, rolcanlogin: false, owns: false };
    expect([...roles]).toEqual([
      held,
      held,
      { isLogin: true, rolsuper: false, rolbypassrls: false, rolcanlogin: true, owns: true },
    ]);
  });

  test('every way to the database has a role', async ({ db, tenant: { tenantId } }) => {
    const ask = async (sql: Sql) => (await sql<{ role: string }[]>`select current_user as role`)[0]!.role;
    const [viaPrisma] = await db.prisma.of(tenantId).$queryRaw<{ role: string }[]>`select current_user as role`;
    const viaPool = await db.pool.within(tenantId, () =>
      db.pool.query<{ role: string }>('select current_user as role'),
    );
    expect([viaPrisma!.role, viaPool.rows[0]!.role]).toEqual(['seal_app', 'seal_app']);
    const serving = await Promise.all([db.sql.of(tenantId), db.functions, db.writes].map(ask));
    expect(serving).toEqual(['seal_app', 'seal_app', 'seal_app']);
    expect(await Promise.all([db.jobs, db.probe].map(ask))).toEqual(['seal_ops', 'seal_ops']);
  });

  test('who serves people neither changes messages and mailboxes past the functions, nor sees tenants and keys', async ({
    db,
    tenant: { tenantId },
  }) => {
    const sql = db.sql.of(tenantId);
    const refused = [
      sql`update messages set body = ''::bytea`,
      sql`delete from messages`,
      sql`update mailbox_entries set position = 0`,
      sql`delete from mailbox_entries`,
      sql`delete from devices`,
      sql`delete from users`,
      sql`select from tenants`,
      sql`select from publishable_keys`,
      sql`select seal_expire(now(), 1)`,
      sql`select seal_isolate()`,
      sql`truncate users`,
    ];
    for (const statement of refused) await expect(statement).rejects.toMatchObject({ code: '42501' });
  });

  test('what sees all tenants can neither take row-level security away nor add to the schema', async ({ db }) => {
    const refused = [
      db.jobs`alter table users disable row level security`,
      db.jobs`drop policy seal_app on users`,
      db.jobs`alter policy seal_app on users using (true)`,
      db.jobs`create policy more on users to seal_app using (true)`,
      db.jobs`alter function seal_find_app_key(text) security invoker`,
      db.jobs`create function seal_more() returns int language sql as 'select 1'`,
      db.jobs`create table more (tenant_id uuid)`,
      db.jobs`drop table links`,
    ];
    for (const statement of refused) await expect(statement).rejects.toMatchObject({ code: '42501' });
    // Who serves people has nothing of it.
    const [row] = await db.functions`
      select pg_has_role('seal_app', 'seal_ops', 'member') as up, pg_has_role('seal_ops', 'seal_app', 'member') as down`;
    expect(row).toEqual({ up: false, down: false });
  });

  test('a statement of no tenant finds nothing, and one of another can write nothing for this one', async ({
    db,
    relay,
    tenant,
    foreign,
  }) => {
    await signUp(relay, tenant);
    expect(await db.functions`select from users`).toHaveLength(0);
    expect(await db.functions`select from mailboxes`).toHaveLength(0);
    await expect(db.pool.query('select 1')).rejects.toThrow(/of no tenant/);
    const theirs = db.sql.of(foreign.tenantId);
    expect(await theirs`select from users`).toHaveLength(0);
    expect((await theirs`delete from sessions`).count).toBe(0);
    await expect(
      theirs`insert into links values (${tenant.tenantId}, gen_random_uuid(), gen_random_uuid(), now())`,
    ).rejects.toMatchObject({ code: '42501' });
    const own = await db.jobs`select count(*)::int as users from users where tenant_id = ${tenant.tenantId}`;
    expect(own[0]!['users']).toBeGreaterThan(0);
  });
});
