import { fileURLToPath } from 'node:url';
import type { Sql } from 'postgres';
import { connect, PostgresError } from '../db/connect.ts';
import { StartError } from '../start-error.ts';
import { createTable, forgetUnfinished, readApplied, recordStatement } from './prisma-table.ts';
import { checksumOf, isUnchanged, readScripts, type MigrationScript } from './scripts.ts';

/** The repository's `prisma/migrations`, seen from `src/migrate` and from `dist/migrate` alike. */
const MIGRATIONS = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));

/** The lock that `prisma migrate deploy` takes, so that neither works beside the other. */
export const MIGRATION_LOCK = 72_707_369;

/**
 * Brings the database at `url` up to date with `directory` (Prisma's standard layout) and returns the names of the
 * migrations that were applied. Each is one transaction together with its row in Prisma's own table, so `prisma migrate
 * status` and `deploy` agree, and a migration that fails or whose process is killed has not happened. When several
 * processes start at once, one applies and the others wait and find nothing left to do.
 *
 * @throws StartError when a migration fails (the next start tries it again), when a migration was changed after it was
 * applied, and when the database has one that `directory` does not
 */
export async function migrate(url: string, directory: string = MIGRATIONS): Promise<readonly string[]> {
  const scripts = await readScripts(directory);
  const sql = connect(url, { max: 1 });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const missing = await findMissing(sql, scripts);
    if (missing.length === 0) return [];
    await createTable(sql);
    await forgetUnfinished(sql);
    for (const script of missing) await apply(sql, script);
    return missing.map(({ name }) => name);
  } catch (error) {
    throw error instanceof StartError ? error : cannotMigrate(inOneLine(error), error);
  } finally {
    // The lock goes with the connection.
    await sql.end({ timeout: 5 });
  }
}

/**
 * Sees that the database at `url` has every migration of `directory`, and changes nothing.
 *
 * @throws StartError naming the first that is missing; else as `migrate`
 */
export async function requireMigrated(url: string, directory: string = MIGRATIONS): Promise<void> {
  const scripts = await readScripts(directory);
  const sql = connect(url, { max: 1 });
  try {
    const [missing] = await findMissing(sql, scripts);
    if (missing === undefined) return;
    throw new StartError(
      `The database lacks the migration ${missing.name}: run "main.js migrate" first, or leave MIGRATE on.`,
    );
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The scripts that are left to apply, in order. */
async function findMissing(sql: Sql, scripts: readonly MigrationScript[]): Promise<readonly MigrationScript[]> {
  const applied = await readApplied(sql);
  const changed = scripts.find(({ name, text }) => applied.has(name) && !isUnchanged(text, applied.get(name)!));
  if (changed !== undefined) {
    throw new StartError(
      `The migration ${changed.name} was changed after it was applied to this database: restore it, and write a new one instead.`,
    );
  }
  const names = new Set(scripts.map(({ name }) => name));
  const unknown = [...applied.keys()].find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new StartError(
      `The database has the migration ${unknown}, which this version of Seal does not have: start the version that applied it, or a later one.`,
    );
  }
  return scripts.filter(({ name }) => !applied.has(name));
}

/** Statements that arrive in one message are one transaction, which also ends with a connection that breaks. */
async function apply(sql: Sql, { name, text }: MigrationScript): Promise<void> {
  const record = recordStatement({ name, checksum: checksumOf(text), startedAt: new Date() });
  try {
    await sql.unsafe(`${text}\n;\n${record}`).simple();
  } catch (error) {
    throw cannotMigrate(`${name}: ${inOneLine(error)}`, error);
  }
}

function cannotMigrate(reason: string, cause: unknown): StartError {
  return new StartError(`The database cannot be migrated: ${reason}`, { cause });
}

/** What PostgreSQL says of a failed statement, or the message of any other failure. */
function inOneLine(error: unknown): string {
  const parts =
    error instanceof PostgresError
      ? [`${error.severity}: ${error.message}`, error.detail, error.hint]
      : [error instanceof Error ? error.message : String(error)];
  return parts.filter(Boolean).join(' ').replaceAll(/\s+/g, ' ').trim();
}
