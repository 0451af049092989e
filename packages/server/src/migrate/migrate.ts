import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres, { type Sql } from 'postgres';
import { StartError } from '../start-error.ts';
import { applyMigrations, type MigrationScript } from './schema-engine.ts';

/** The repository's `prisma/migrations`, seen from `src/migrate` and from `dist/migrate` alike. */
const MIGRATIONS = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));

/** Serialises starts on one database: any constant that nothing else uses. */
const ADVISORY_LOCK = 7_325_761;

/**
 * Brings the database at `url` up to date with `directory` (Prisma's standard layout) and returns the names of the
 * migrations that were applied. Safe when several processes start at once: one works, the others wait and find
 * nothing left to do. Prisma's engine is only loaded when there is something to apply.
 *
 * @throws StartError when a migration fails (it is tried again at the next start), or one that was applied has been changed since.
 */
export async function migrate(url: string, directory: string = MIGRATIONS): Promise<readonly string[]> {
  const scripts = await readScripts(directory);
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${ADVISORY_LOCK})`;
    if (!(await isBehind(sql, scripts))) return [];
    await forgetUnfinished(sql);
    return await applyMigrations({ url, baseDir: directory, scripts, lockFile: await readLockFile(directory) });
  } catch (error) {
    if (error instanceof postgres.PostgresError || error instanceof StartError) throw error;
    throw new StartError(`The database cannot be migrated: ${inOneLine(error)}`, { cause: error });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function readScripts(directory: string): Promise<readonly MigrationScript[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .toSorted()
      .map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

function readLockFile(directory: string): Promise<string | null> {
  return readFile(join(directory, 'migration_lock.toml'), 'utf8').catch(() => null);
}

/** Whether a script is left to apply. What has been applied must be the same byte for byte: Prisma keeps its SHA-256. */
async function isBehind(sql: Sql, scripts: readonly MigrationScript[]): Promise<boolean> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('_prisma_migrations') is not null as exists`;
  if (!table?.exists) return scripts.length > 0;
  const rows = await sql<{ migration_name: string; checksum: string }[]>`
    select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null`;
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const changed = scripts.find(({ name, sql: text }) => applied.has(name) && applied.get(name) !== sha256(text));
  if (changed) {
    throw new StartError(
      `The migration ${changed.name} was changed after it was applied to this database: restore it, and write a new one instead.`,
    );
  }
  return scripts.some((script) => !applied.has(script.name));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The lock that Prisma's engine takes while it applies migrations. */
const PRISMA_LOCK = 72_707_369;

/**
 * Prisma refuses to go on after a migration that was begun and not finished, because it may have happened in part. Here
 * each is one transaction, so one that failed, or whose process was killed, has not happened and is tried again.
 */
async function forgetUnfinished(sql: Sql): Promise<void> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('_prisma_migrations') is not null as exists`;
  if (!table?.exists) return;
  await sql`select pg_advisory_lock(${PRISMA_LOCK})`;
  await sql`update _prisma_migrations set rolled_back_at = now() where finished_at is null and rolled_back_at is null`;
  await sql`select pg_advisory_unlock(${PRISMA_LOCK})`;
}

/** The engine's message without its trace: the migration and what PostgreSQL says of it. */
function inOneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const name = /migration_name="([^"]+)"/.exec(text)?.[1];
  const what = text
    .split(/\s+0: [\w:]+\s/)[0]!
    .replace(/^.*?Error querying the database: /s, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
  return name === undefined ? what : `${name}: ${what}`;
}
