import type { Sql } from 'postgres';

const DAY_MS = 24 * 3_600_000;
/** Retry requests are told apart from repeated ones for this long, ms. */
const RETRY_REQUEST_MS = 30 * DAY_MS;

/** Deletes what has expired and nothing reads any more. `now` is in ms since 1970. */
export async function purgeExpired(sql: Sql, now: number): Promise<void> {
  const at = new Date(now);
  await sql`delete from challenges where expires_at < ${at}`;
  await sql`delete from sessions where refresh_expires_at < ${at}`;
  await sql`delete from links where expires_at < ${at}`;
  await sql`delete from rate_counters where expire < ${now}`;
  await sql`delete from retry_requests where requested_at < ${new Date(now - RETRY_REQUEST_MS)}`;
}
