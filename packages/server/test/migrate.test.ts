import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../src/migrate/migrate.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase();
  const sql = postgres(database.url, { onnotice: () => undefined });
  await sql`drop schema public cascade`;
  await sql`create schema public`;
  await sql.end();
  directory = await mkdtemp(join(tmpdir(), 'seal-migrations-'));
  await writeFile(join(directory, 'migration_lock.toml'), 'provider = "postgresql"\n');
});

afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

describe('migrate', () => {
  test('applies in order, then only what is new', async () => {
    await write('0002_second', 'insert into a values (2);');
    await write('0001_first', 'create table a (id int primary key);');
    expect(await migrate(database.url, directory)).toEqual(['0001_first', '0002_second']);
    expect(await migrate(database.url, directory)).toEqual([]);
    await write('0003_third', 'insert into a values (3);');
    expect(await migrate(database.url, directory)).toEqual(['0003_third']);
  });

  test('eight processes at once apply each migration once', async () => {
    await write('0001_first', 'create table a (id int primary key); select pg_sleep(0.05);');
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url, directory)));
    expect(runs.flat()).toEqual(['0001_first']);
  });

  test('a failing migration changes nothing, is one line that names it, and is tried again', async () => {
    await write('0001_broken', 'create table a (id int); select nonsense();');
    for (const _attempt of [1, 2]) {
      await expect(migrate(database.url, directory)).rejects.toThrow(
        /^The database cannot be migrated: 0001_broken: ERROR: function nonsense\(\) does not exist[^\n]*$/,
      );
    }
    await write('0001_broken', 'create table a (id int);');
    expect(await migrate(database.url, directory)).toEqual(['0001_broken']);
  });

  test('a process killed in the middle of a migration leaves nothing that keeps the next from it', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await migrate(database.url, directory);
    await write('0002_second', 'create table b (id int primary key);');
    const sql = postgres(database.url);
    await sql`
      insert into _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count)
      values ('killed', 'x', '0002_second', now(), 0)`;
    await sql.end();
    expect(await migrate(database.url, directory)).toEqual(['0002_second']);
  });

  test('no migrations at all is fine', async () => {
    expect(await migrate(database.url, join(directory, 'none'))).toEqual([]);
  });

  test('a migration that was changed after it was applied is refused', async () => {
    await write('0001_first', 'create table a (id int primary key);');
    await migrate(database.url, directory);
    await write('0001_first', 'create table b (id int primary key);');
    await expect(migrate(database.url, directory)).rejects.toThrow(/0001_first was changed/);
  });

  test('functions, comments with semicolons and several statements arrive whole', async () => {
    await write(
      '0001_function',
      `-- one; two
       create function f() returns int language plpgsql as $$ begin perform 1; return 7; end $$;
       create table a (id int default f());`,
    );
    expect(await migrate(database.url, directory)).toEqual(['0001_function']);
    const sql = postgres(database.url);
    expect((await sql`insert into a default values returning id`)[0]).toEqual({ id: 7 });
    await sql.end();
  });
});
