import { connect, PostgresError } from '../db/connect.ts';
import { retrying } from '../db/retrying.ts';
import { StartError } from '../start-error.ts';
import { MIGRATION_LOCK } from './migrate.ts';

/** Waits this long for a table that other processes work on; less than PostgreSQL waits before it ends one of theirs. */
const LOCK_TIMEOUT = '500ms';
const RETRIES = { attempts: 60, delayMs: 20 };

/** A lock that was not to be had, and a deadlock. */
const BUSY = new Set(['55P03', '40P01']);
/** There is something to do where nothing may be changed, or the login may not even look. */
const LEFT_TO_DO = new Set(['25006', '42501']);

/**
 * Puts row-level security in force on the migrated database at `url`: roles, policies and grants for what there is now. Other
 * processes may be at work there: a table is taken for a moment, or else everything is tried again.
 *
 * @returns false where the login role may neither use nor make the roles; then nothing holds a statement that forgets its tenant
 * @throws StartError when the tables are held all the time, or belong to another role
 */
export async function isolate(url: string): Promise<boolean> {
  const sql = connect(url, { max: 1 });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`;
    const isRetryable = (error: unknown) => error instanceof PostgresError && BUSY.has(error.code);
    const [row] = await retrying(
      { ...RETRIES, isRetryable },
      async () => sql<Answer>`select seal_isolate() as isolated`,
    );
    return row!.isolated;
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    throw new StartError(`Row-level security cannot be put in force: ${error.message}.`, { cause: error });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Looks whether row-level security is in force on the database at `url`, for the role that logs in there. Changes nothing. */
export async function isIsolated(url: string): Promise<boolean> {
  const sql = connect(url, { max: 1 });
  try {
    const [row] = await sql.begin('read only', (tx) => tx<Answer>`select seal_isolate() as isolated`);
    return row!.isolated;
  } catch (error) {
    if (error instanceof PostgresError && LEFT_TO_DO.has(error.code)) return false;
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

type Answer = readonly { readonly isolated: boolean }[];
