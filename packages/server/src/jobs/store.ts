import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import type { Sql } from 'postgres';

const DAY_MS = 24 * 3_600_000;
/** A repeated retry request is recognised for this long, ms. */
const RETRY_REQUEST_MS = 30 * DAY_MS;
/** A refresh token that comes back within this time after it was replaced ends its session, ms. */
const USED_TOKEN_MS = 7 * DAY_MS;
/** Keys are not taken into stock again for this long after they were handed out, ms: longer than they could be used. */
const SPENT_KEY_MS = CHANNEL_LIMITS.keyPackageLifetimeMs + 30 * DAY_MS;
/** An upload that belongs to no message is deleted this long after it began, ms. */
const ORPHAN_MS = DAY_MS;
/** Messages that end in one statement. */
const EXPIRED_AT_ONCE = 500;

/** Deletes what has expired and is no longer read. `now` is in ms since 1970. */
export async function purgeExpired(sql: Sql, now: number): Promise<void> {
  const at = new Date(now);
  await sql`delete from challenges where expires_at < ${at}`;
  await sql`delete from sessions where refresh_expires_at < ${at}`;
  await sql`delete from links where expires_at < ${at}`;
  await sql`delete from rate_counters where expire < ${now}`;
  await sql`delete from key_packages where created_at < ${new Date(now - CHANNEL_LIMITS.keyPackageLifetimeMs)}`;
  await sql`delete from attachments where message_seq is null and created_at < ${new Date(now - ORPHAN_MS)}`;
  await sql`delete from used_refresh_tokens where used_at < ${new Date(now - USED_TOKEN_MS)}`;
  await sql`delete from spent_prekeys where spent_at < ${new Date(now - SPENT_KEY_MS)}`;
  await sql`delete from spent_key_packages where spent_at < ${new Date(now - SPENT_KEY_MS)}`;
  await sql`delete from retry_requests where requested_at < ${new Date(now - RETRY_REQUEST_MS)}`;
}

/** Ends the messages whose lifetime is over. `now` is in ms since 1970. */
export async function expireMessages(sql: Sql, now: number): Promise<void> {
  for (;;) {
    const [row] = await sql<{ count: number }[]>`select seal_expire(${new Date(now)}, ${EXPIRED_AT_ONCE}) as count`;
    if (row!.count < EXPIRED_AT_ONCE) return;
  }
}
