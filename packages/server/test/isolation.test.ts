import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import type { AttachmentId, LinkId, TenantId } from '@seal-chat/protocol';
import { findUpload, insertUpload } from '../src/attachments/store.ts';
import { deleteSession } from '../src/auth/store.ts';
import { findListings } from '../src/channels/directory/store.ts';
import { insertFirst } from '../src/channels/key-packages/store.ts';
import { findEntries } from '../src/channels/log/store.ts';
import { deleteMember, insertMembers, setRole } from '../src/channels/members/store.ts';
import { openDatabase, type Database } from '../src/db/database.ts';
import { databaseErrorClass } from '../src/db/error-class.ts';
import { TenantPool } from '../src/db/tenant-pool.ts';
import { transact, transactSql } from '../src/db/transaction.ts';
import type { PrismaClient } from '../src/generated/client.ts';
import { insertLink, insertStep } from '../src/linking/store.ts';
import { findHistory } from '../src/messages/store.ts';
import { findSession } from '../src/sessions/store.ts';
import { readMailbox } from '../src/sync/store.ts';
import { findProfiles } from '../src/users/store.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { upload } from './support/files.ts';
import { signUp } from './support/people.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test as base } from './support/test.ts';

const test = base
  .extend('foreign', { scope: 'file' }, ({ relay }): Promise<TestTenant> => relay.addTenant())
  .extend('db', { scope: 'file' }, async ({ relay }, { onCleanup }): Promise<Database> => {
    const db = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
    onCleanup(() => db.close());
    return db;
  });

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

describe('a store that forgets its tenant', () => {
  const NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid is distinct from ";
  /** The client, in whose statements each comparison with a tenant is true of all of them. */
  function forgetful(sql: Sql): Sql {
    const forget = (text: string) => text.replace(/(?:\w+\.)?tenant_id = $/, NOBODY);
    const tag = (strings: TemplateStringsArray, ...values: unknown[]) => {
      const texts = strings.map(forget);
      return sql(Object.assign(texts, { raw: texts }) as unknown as TemplateStringsArray, ...(values as never[]));
    };
    return Object.assign(tag, { unsafe: sql.unsafe }) as unknown as Sql;
  }

  /** As `forgetful`, for Prisma: no condition names the tenant. */
  function forgetfulPrisma(prisma: PrismaClient): PrismaClient {
    const findMany = ({ where, ...rest }: { where: { tenantId?: unknown } }) => {
      const { tenantId: _tenantId, ...others } = where;
      return prisma.user.findMany({ ...rest, where: others });
    };
    return { user: { findMany } } as unknown as PrismaClient;
  }

  async function contents(relay: Relay, tenant: TestTenant) {
    const [alice, bob] = await Promise.all([signUp(relay, tenant, `a${Date.now()}`), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const channel = await channelOf(alice, [], `Mutants ${Date.now()}`);
    await alice.first.api.channels.send.mutate(channelMessage(channel.conversationId, channel.group, 'secret'));
    const attachmentId = await upload(alice, conversationId, 100);
    const [session] = await relay.sql<{ id: string }[]>`
      select id from sessions where tenant_id = ${tenant.tenantId} and device_id = ${alice.first.deviceId}`;
    return { alice, bob, conversationId, channelId: channel.conversationId, attachmentId, sessionId: session!.id };
  }
  type Contents = Awaited<ReturnType<typeof contents>>;

  const stores: Record<string, (sql: Sql, tenantId: TenantId, of: Contents) => Promise<unknown>> = {
    'messages: history': async (sql, tenantId, { channelId, alice }) => {
      const { messages } = await findHistory(
        sql,
        { tenantId, conversationId: channelId, deviceId: alice.first.deviceId },
        null,
        10,
      );
      return messages.length > 0;
    },
    'channels: log': async (sql, tenantId, { channelId }) =>
      (await findEntries(sql, { tenantId, conversationId: channelId }, 0, 10)).length > 0,
    'channels: directory': async (sql, tenantId, { alice }) =>
      (await findListings(sql, { tenantId, userId: alice.userId }, 'mutants', null, 10)).length > 0,
    'sync: mailbox': async (sql, tenantId, { bob }) =>
      (await readMailbox(sql, tenantId, bob.first.deviceId, 0)).events.length > 0,
    'attachments: upload': async (sql, tenantId, { attachmentId }) =>
      (await findUpload(sql, tenantId, attachmentId)) !== null,
    'sessions: session': async (sql, tenantId, { sessionId }) => (await findSession(sql, tenantId, sessionId)) !== null,
  };

  test('finds rows of another where nothing holds it, and none where row-level security does', async ({
    db,
    relay,
    tenant,
    foreign,
  }) => {
    const of = await contents(relay, tenant);
    await relay.sql`
      insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
      select ${tenant.tenantId}, ${of.bob.first.deviceId}, 1, 'message', conversation_id, seq, '\\x01'::bytea
      from messages where conversation_id = ${of.channelId} and kind = 'message'`;
    for (const [name, find] of Object.entries(stores)) {
      const [open, held, intact] = await Promise.all([
        find(forgetful(relay.sql), foreign.tenantId, of),
        find(forgetful(db.sql.of(foreign.tenantId)), foreign.tenantId, of),
        find(relay.sql, foreign.tenantId, of),
      ]);
      expect({ name, open, held, intact }).toEqual({ name, open: true, held: false, intact: false });
      expect(await find(db.sql.of(tenant.tenantId), tenant.tenantId, of)).toBe(true);
    }
    const ids = [of.alice.userId];
    const profiles = (tenantId: TenantId) =>
      findProfiles(forgetfulPrisma(db.prisma.of(tenantId)), foreign.tenantId, ids);
    expect(await profiles(tenant.tenantId)).toHaveLength(1);
    expect(await profiles(foreign.tenantId)).toEqual([]);
  });
});

describe('a store that is handed another tenant than its door is for', () => {
  const rows = async (sql: Sql, tenantId: TenantId): Promise<Readonly<Record<string, string>>> => {
    const tables = ['sessions', 'links', 'key_packages', 'last_resort_key_packages', 'attachments', 'memberships'];
    const hashes = tables.map(async (name) => {
      const [row] = await sql<{ hash: string }[]>`
        select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
        from ${sql(name)} t where tenant_id = ${tenantId}`;
      return [name, row!.hash] as const;
    });
    return Object.fromEntries(await Promise.all(hashes));
  };

  test('finds nothing, and neither changes nor deletes nor adds anything', async ({ db, relay, tenant, foreign }) => {
    const { tenantId } = tenant;
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { deviceId } = alice.first;
    const { conversationId } = await channelOf(alice, [], `Doors ${Date.now()}`);
    const [session] = await relay.sql<{ id: string }[]>`
      select id from sessions where tenant_id = ${tenantId} and device_id = ${deviceId}`;
    const linkId = randomUUID() as LinkId;
    await alice.first.api.linking.open.mutate({ linkId });
    const before = await rows(relay.sql, tenantId);

    const sql = db.sql.of(foreign.tenantId);
    const prisma = db.prisma.of(foreign.tenantId);
    const channel = { tenantId, conversationId };
    const later = new Date(Date.now() + 60_000);
    expect(await findSession(sql, tenantId, session!.id)).toBe(null);
    expect(await findProfiles(prisma, tenantId, [alice.userId])).toEqual([]);
    expect(await findEntries(sql, channel, 0, 10)).toEqual([]);
    await deleteSession(prisma, tenantId, session!.id);
    await transactSql(sql, (tx) => deleteMember(tx, channel, alice.userId));
    await transactSql(sql, (tx) => setRole(tx, channel, alice.userId, 'member'));

    const keyPackage = { ref: rng(32), bytes: rng(90) };
    const announced = { tenantId, conversationId, attachmentId: randomUUID() as AttachmentId, userId: alice.userId };
    const additions: Readonly<Record<string, () => Promise<unknown>>> = {
      link: () =>
        insertLink(prisma, { tenantId, id: randomUUID() as LinkId, deviceId, expiresAt: later, now: new Date() }),
      step: () => insertStep(prisma, { tenantId, linkId, step: 1, payload: rng(8) }),
      keyPackages: () =>
        transact(prisma, (tx) =>
          insertFirst(tx, { tenantId, deviceId }, { oneTime: [keyPackage], lastResort: null }, new Date()),
        ),
      lastResort: () =>
        transact(prisma, (tx) =>
          insertFirst(tx, { tenantId, deviceId }, { oneTime: [], lastResort: keyPackage }, new Date()),
        ),
      upload: () => insertUpload(sql, { ...announced, size: 10, parts: 1 }, new Date()),
      members: () => transactSql(sql, (tx) => insertMembers(tx, channel, [bob.userId], 'member', new Date())),
    };
    for (const [name, add] of Object.entries(additions)) {
      const refusal = await add().catch((error: unknown) => databaseErrorClass(error));
      // Nothing of it reached a row, or PostgreSQL has refused it.
      expect({ name, refusal }).toEqual({ name, refusal: 'refused' });
    }
    expect(await rows(relay.sql, tenantId)).toEqual(before);
  });
});
