import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';

/** Makes `_prisma_migrations` as Prisma's schema engine does, when the database has none. */
export async function createTable(sql: Sql): Promise<void> {
  await sql`
    create table if not exists _prisma_migrations (
      id varchar(36) primary key not null,
      checksum varchar(64) not null,
      finished_at timestamptz,
      migration_name varchar(255) not null,
      logs text,
      rolled_back_at timestamptz,
      started_at timestamptz not null default now(),
      applied_steps_count integer not null default 0
    )`;
}

/** Checksums of the migrations that have been applied, by name. */
export async function readApplied(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('_prisma_migrations') is not null as exists`;
  if (table?.exists !== true) return new Map();
  const rows = await sql<{ name: string; checksum: string }[]>`
    select migration_name as name, checksum from _prisma_migrations
    where finished_at is not null and rolled_back_at is null`;
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/**
 * Prisma's tools record a migration before they run it, and refuse to go on after one that did not finish. Such a script
 * ran in one transaction, so it has not happened and is tried again.
 */
export async function forgetUnfinished(sql: Sql): Promise<void> {
  await sql`update _prisma_migrations set rolled_back_at = now() where finished_at is null and rolled_back_at is null`;
}

/**
 * The statement that records a migration as Prisma does: one step, whatever its statements. It is text without
 * parameters, so that it can be sent together with the script.
 */
export function recordStatement(migration: {
  readonly name: string;
  readonly checksum: string;
  readonly startedAt: Date;
}): string {
  const values = [randomUUID(), migration.checksum, migration.name, migration.startedAt.toISOString()];
  const [id, checksum, name, startedAt] = values.map((value) => `'${value.replaceAll("'", "''")}'`);
  return `insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
    values (${id}, ${checksum}, clock_timestamp(), ${name}, ${startedAt}, 1)`;
}
