import { connect } from './db/connect.ts';
import { complaintAbout, type DatabaseFacts } from './db/fitness.ts';
import type { Config } from './env.ts';
import type { Logger } from './log.ts';
import { isIsolated, isolate } from './migrate/isolate.ts';
import { migrate, requireMigrated } from './migrate/migrate.ts';
import { startPostgres } from './postgres/cluster.ts';
import { StartError, systemCode } from './start-error.ts';

/** The database of a process: its own, or one that is there already. */
export interface DatabaseServer {
  readonly url: string;
  announceStop(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the embedded PostgreSQL, or looks whether the one of DATABASE_URL is fit. @throws StartError */
export async function openDatabaseServer(config: Config, log: Logger): Promise<DatabaseServer> {
  if (config.databaseUrl === null) {
    return startPostgres({
      dataDir: config.dataDir,
      onRestart: (reason, pauseMs) =>
        log.error({ reason, pauseMs }, 'the embedded PostgreSQL ended and is started again'),
    });
  }
  await checkDatabase(config.databaseUrl);
  const nothing = async (): Promise<void> => undefined;
  return { url: config.databaseUrl, announceStop: nothing, stop: nothing };
}

/**
 * Applies migrations and puts row-level security in force, or with MIGRATE=off sees that no migration is missing.
 *
 * @returns whether row-level security is in force: see `migrate/isolate.ts`
 * @throws StartError
 */
export async function prepareSchema(config: Config, url: string, log: Logger): Promise<boolean> {
  if (!config.isMigrating) {
    await requireMigrated(url);
    return warned(await isIsolated(url), log);
  }
  const applied = await migrate(url);
  if (applied.length > 0) log.info({ migrations: applied }, 'migrated');
  return warned(await isolate(url), log);
}

/** As a start does, and nothing else: `main.js migrate`. @returns the names of migrations that were applied @throws StartError */
export async function migrateOnce(config: Config, log: Logger): Promise<readonly string[]> {
  const database = await openDatabaseServer(config, log);
  try {
    const applied = await migrate(database.url);
    warned(await isolate(database.url), log);
    return applied;
  } finally {
    await database.stop();
  }
}

function warned(isHeld: boolean, log: Logger): boolean {
  if (!isHeld) log.warn('row-level security is off: see "Roles of the database" in docs/OPERATIONS.md');
  return isHeld;
}

const CONNECT_TIMEOUT_SECONDS = 10;

/** @throws StartError without the URL, which holds a password */
async function checkDatabase(url: string): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const place = `the database ${pathname.slice(1)} on ${hostname}:${port || '5432'}`;
  const complaint = complaintAbout(await readFacts(url, place));
  if (complaint !== null) throw new StartError(`DATABASE_URL: ${place} ${complaint}.`);
}

async function readFacts(url: string, place: string): Promise<DatabaseFacts> {
  const sql = connect(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS });
  try {
    await sql`select 1`;
    const askedAt = Date.now();
    const [row] = await sql<{ version: number; time: number }[]>`
      select current_setting('server_version_num')::int as version,
        (extract(epoch from clock_timestamp()) * 1000)::float8 as time`;
    return { ...row!, askedAt, answeredAt: Date.now() };
  } catch (error) {
    // A refusal by every address of a name comes without a message.
    const reason = (error instanceof Error && error.message.split('\n')[0]) || systemCode(error);
    throw new StartError(`DATABASE_URL: ${place} cannot be used: ${reason}.`, { cause: error });
  } finally {
    await sql.end({ timeout: 1 });
  }
}
