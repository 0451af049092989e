import type { Sql } from 'postgres';
import { ACTIVE_KINDS, USAGE } from './names.ts';

/** How often `rollUp` is called, ms. */
export const ROLL_UP_MS = 600_000;

const DAY_MS = 24 * 3_600_000;
/** Days that are counted once a day, so that some without a worker lack nothing. */
const DAYS_BACK = 7;

/**
 * Writes what is only known of days: how many were active and connected, bytes of files, people for whom messages wait. Each
 * is computed whole, so running it twice changes nothing. `now` is in ms since 1970.
 */
export async function rollUp(sql: Sql, now: number): Promise<void> {
  const isNewDay = Math.floor(now / DAY_MS) > Math.floor((now - 2 * ROLL_UP_MS) / DAY_MS);
  const today = dayOf(now);
  const from = isNewDay ? dayOf(now - DAYS_BACK * DAY_MS) : dayOf(now - DAY_MS);
  for (const [kind, metric] of [
    [ACTIVE_KINDS.user, USAGE.activeUsers],
    [ACTIVE_KINDS.device, USAGE.activeDevices],
  ] as const) {
    await sql`
      insert into usage_days as u (tenant_id, day, metric, value)
      select tenant_id, day, ${metric}, count(*) from active_days
      where day between ${from}::date and ${today}::date and kind = ${kind} group by 1, 2 order by 1, 2
      on conflict (tenant_id, day, metric) do update set value = excluded.value where u.value <> excluded.value`;
  }
  if (isNewDay) await countMonth(sql, dayOf(now - DAY_MS));
  // Of one process its own peak; of several together what they had when each reported: never more than there were.
  await sql`
    insert into usage_days as u (tenant_id, day, metric, value)
    select tenant_id, (at at time zone 'UTC')::date, ${USAGE.mostConnections}, max(sockets) from (
      select tenant_id, at, greatest(sum(last), max(most)) as sockets from usage_connections
      where at >= ${`${from}T00:00:00Z`}::timestamptz group by 1, 2) s
    group by 1, 2 order by 1, 2
    on conflict (tenant_id, day, metric) do update set value = greatest(u.value, excluded.value)
      where u.value < excluded.value`;
  await sql`
    insert into usage_days as u (tenant_id, day, metric, value)
    select tenant_id, ${today}::date, ${USAGE.storageBytes}, sum(bytes) from tenant_storage group by 1 order by 1
    on conflict (tenant_id, day, metric) do update set value = excluded.value`;
  await sql`
    insert into usage_days as u (tenant_id, day, metric, value)
    select tenant_id, ${today}::date, ${USAGE.waitingUsers}, coalesce(c.users, 0)
    from (
      select w.tenant_id, count(distinct w.user_id) as users
      from waiting w join memberships m
        on m.tenant_id = w.tenant_id and m.conversation_id = w.conversation_id and m.user_id = w.user_id
      where w.last_seq > m.delivered_seq group by 1) c
    full join (
      select tenant_id from usage_days where day = ${today}::date and metric = ${USAGE.waitingUsers}) before using (tenant_id)
    order by 1
    on conflict (tenant_id, day, metric) do update set value = excluded.value`;
}

/** Counts the different people from the first of a day's month to that day. */
async function countMonth(sql: Sql, day: string): Promise<void> {
  await sql`
    insert into usage_days as u (tenant_id, day, metric, value)
    select tenant_id, ${day}::date, ${USAGE.activeUsersOfMonth}, count(distinct subject) from active_days
    where day between ${`${day.slice(0, 7)}-01`}::date and ${day}::date and kind = ${ACTIVE_KINDS.user} group by 1 order by 1
    on conflict (tenant_id, day, metric) do update set value = excluded.value`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
