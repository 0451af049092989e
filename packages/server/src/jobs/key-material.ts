import type { Sql } from 'postgres';

const DAY_MS = 24 * 3_600_000;
/** Spent keys that are remembered of one device; of more the oldest are forgotten. */
const SPENT_PER_DEVICE = 5_000;
/** Versions of a device list that are kept whatever their age, and the age up to which all are, ms. */
const LISTS_PER_ACCOUNT = 1_000;
const LIST_MS = 365 * DAY_MS;
/** Welcomes that one statement deletes: each has up to half a MiB. */
const WELCOMES_AT_ONCE = 100;

/** Forgets the oldest spent keys of devices that have very many. */
export async function deleteSpentKeys(sql: Sql): Promise<void> {
  for (const table of ['spent_prekeys', 'spent_key_packages']) {
    await sql`
      with many as (
        select tenant_id, device_id from ${sql(table)} group by 1, 2 having count(*) > ${SPENT_PER_DEVICE}
      ), kept as (
        select m.tenant_id, m.device_id, (
          select s.spent_at from ${sql(table)} s where s.tenant_id = m.tenant_id and s.device_id = m.device_id
          order by s.spent_at desc offset ${SPENT_PER_DEVICE - 1} limit 1) as since
        from many m)
      delete from ${sql(table)} s using kept k
      where s.tenant_id = k.tenant_id and s.device_id = k.device_id and s.spent_at < k.since`;
  }
}

/** Deletes versions of device lists that are both very many and very old. */
export async function deleteOldLists(sql: Sql, now: number): Promise<void> {
  await sql`
    delete from device_lists l using users u
    where u.list_version > ${LISTS_PER_ACCOUNT} and l.tenant_id = u.tenant_id and l.user_id = u.id
      and l.version <= u.list_version - ${LISTS_PER_ACCOUNT} and l.created_at < ${new Date(now - LIST_MS)}`;
}

/** Deletes Welcomes that wait in no mailbox any longer. */
export async function deleteWelcomes(sql: Sql): Promise<void> {
  for (;;) {
    const { count } = await sql`
      update channel_commits c set welcome = null
      from (
        select w.tenant_id, w.conversation_id, w.seq from channel_commits w
        where w.welcome is not null and not exists (
          select from mailbox_entries e
          where e.tenant_id = w.tenant_id and e.conversation_id = w.conversation_id and e.seq = w.seq)
        limit ${WELCOMES_AT_ONCE}) done
      where c.tenant_id = done.tenant_id and c.conversation_id = done.conversation_id and c.seq = done.seq`;
    if (count < WELCOMES_AT_ONCE) return;
  }
}
