import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../src/db/connect.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
let sql: Sql;
let directory: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  sql = connect(database.url, { max: 1 });
  directory = await mkdtemp(join(tmpdir(), 'seal-migrations-'));
  await writeFile(join(directory, 'migration_lock.toml'), 'provider = "postgresql"\n');
});

afterEach(async () => {
  await sql.end();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), text);
}

describe('migrate', () => {
  test('migrations are applied in the order of their names, and later only the new ones', async () => {
    await write('0002_second', 'insert into a values (2);');
    await write('0001_first', 'create table a (id int primary key);');
    expect(await migrate(database.url, directory)).toEqual(['0001_first', '0002_second']);
    expect(await migrate(database.url, directory)).toEqual([]);
    await write('0003_third', 'insert into a values (3);');
    expect(await migrate(database.url, directory)).toEqual(['0003_third']);
  });

  test('eight processes that start at once apply each migration once', async () => {
    await write('0001_first', 'create table a (id int primary key); select pg_sleep(0.05);');
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url, directory)));
    expect(runs.flat()).toEqual(['0001_first']);
  });

  test('a migration that fails changes nothing, is reported in one line that names it, and is tried again', async () => {
    await write('0001_broken', 'create table a (id int); select nonsense();');
    for (const _attempt of [1, 2]) {
      await expect(migrate(database.url, directory)).rejects.toThrow(
        /^The database cannot be migrated: 0001_broken: ERROR: function nonsense\(\) does not exist[^\n]*$/,
      );
    }
    await write('0001_broken', 'create table a (id int);');
    expect(await migrate(database.url, directory)).toEqual(['0001_broken']);
  });

  test('a migration that another tool began and did not finish is applied', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await migrate(database.url, directory);
    await write('0002_second', 'create table b (id int primary key);');
    await sql`
      insert into _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count)
      values ('killed', 'x', '0002_second', now(), 0)`;
    expect(await migrate(database.url, directory)).toEqual(['0002_second']);
  });

  test('a directory without migrations leaves the database as it is', async () => {
    expect(await migrate(database.url, join(directory, 'none'))).toEqual([]);
  });

  test('a migration that was changed after it was applied stops the start', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await migrate(database.url, directory);
    await write('0001_first', 'create table b (id int primary key);');
    await expect(migrate(database.url, directory)).rejects.toThrow(/0001_first was changed/);
  });

  test('functions, comments with semicolons and several statements are run as they are written', async () => {
    await write(
      '0001_function',
      `-- one; two
       create function f() returns int language plpgsql as $$ begin perform 1; return 7; end $$;
       create table a (id int default f());`,
    );
    expect(await migrate(database.url, directory)).toEqual(['0001_function']);
    expect((await sql`insert into a default values returning id`)[0]).toEqual({ id: 7 });
  });

  test('the table and its rows are what Prisma itself writes', async () => {
    const fixture = new URL('./fixtures/prisma-migrations-table.json', import.meta.url);
    const { script, columns, row } = JSON.parse(await readFile(fixture, 'utf8')) as Record<string, unknown>;
    await write('0001_first', script as string);
    await migrate(database.url, directory);
    const written = await sql`
      select attname as name, format_type(atttypid, atttypmod) as type,
        case when attnotnull then 'not null' else 'null' end as nullable, pg_get_expr(adbin, adrelid) as fallback
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = '_prisma_migrations'::regclass and attnum > 0 order by attnum`;
    expect(written.map((column) => Object.values(column))).toEqual(columns);
    const rows = await sql`select * from _prisma_migrations`;
    expect(rows).toEqual([
      { ...(row as object), id: expect.any(String), started_at: expect.any(Date), finished_at: expect.any(Date) },
    ]);
    expect(rows[0]!['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(rows[0]!['finished_at'] >= rows[0]!['started_at']).toBe(true);
    const keys = await sql`
      select pg_get_constraintdef(oid) as key from pg_constraint
      where conrelid = '_prisma_migrations'::regclass and contype = 'p'`;
    expect(keys).toEqual([{ key: 'PRIMARY KEY (id)' }]);
  });

  test('what Prisma applied is found applied, whatever line endings the checkout has', async () => {
    const text = 'create table a (id int primary key);\ninsert into a values (1);\n';
    await write('0001_first', text);
    await migrate(database.url, directory);
    await write('0001_first', text.replaceAll('\n', '\r\n'));
    expect(await migrate(database.url, directory)).toEqual([]);
    await write('0001_first', `${text} `);
    await expect(migrate(database.url, directory)).rejects.toThrow(/0001_first was changed/);
  });

  test('a database with a migration that this version does not have stops the start, unchanged', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await write('0002_later', 'create table b (id int primary key);');
    await migrate(database.url, directory);
    await rm(join(directory, '0002_later'), { recursive: true });
    await write('0003_other', 'create table c (id int primary key);');
    await expect(migrate(database.url, directory)).rejects.toThrow(/^The database has the migration 0002_later[^\n]*$/);
    expect(await sql`select to_regclass('c') as c`).toEqual([{ c: null }]);
  });

  test('migrations before the one that fails stay applied; the one that fails leaves no row', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await write('0002_broken', 'create table b (id int); insert into a values (1), (1);');
    await expect(migrate(database.url, directory)).rejects.toThrow(/0002_broken: ERROR: duplicate key [^\n]*$/);
    expect(await sql`select migration_name as name from _prisma_migrations`).toEqual([{ name: '0001_first' }]);
    expect(await sql`select to_regclass('b') as b`).toEqual([{ b: null }]);
  });

  test('a start that is cut off in the middle of a migration leaves nothing of it, and the next start applies it', async () => {
    await write('0001_slow', 'create table a (id int primary key); select pg_sleep(60);');
    const interrupted = migrate(database.url, directory).catch((error: unknown) => error);
    const sleeping = () => sql`
      select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    await expect.poll(sleeping).toHaveLength(1);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    expect(String(await interrupted)).toMatch(/The database cannot be migrated: 0001_slow: [^\n]+$/);
    expect(await sql`select to_regclass('a') as a`).toEqual([{ a: null }]);
    await write('0001_slow', 'create table a (id int primary key);');
    expect(await migrate(database.url, directory)).toEqual(['0001_slow']);
  });

  test('a start waits while Prisma migrates the database', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await sql`select pg_advisory_lock(72707369)`;
    const waiting = migrate(database.url, directory);
    const blocked = () => sql`
      select 1 from pg_locks join pg_database d on d.oid = database
      where locktype = 'advisory' and not granted and datname = current_database()`;
    await expect.poll(blocked).toHaveLength(1);
    expect(await sql`select to_regclass('a') as a`).toEqual([{ a: null }]);
    await sql`select pg_advisory_unlock(72707369)`;
    expect(await waiting).toEqual(['0001_first']);
  });
});
