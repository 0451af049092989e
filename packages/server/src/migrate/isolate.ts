import { connect } from '../db/connect.ts';
import { MIGRATION_LOCK } from './migrate.ts';

/**
 * Puts row-level security in force on the migrated database at `url`: roles, policies and grants for what there is now.
 * @returns false where the login role may neither use nor make the roles; then nothing holds a statement that forgets its tenant
 */
export async function isolate(url: string): Promise<boolean> {
  const sql = connect(url, { max: 1 });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const [row] = await sql<{ isolated: boolean }[]>`select seal_isolate() as isolated`;
    return row!.isolated;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
