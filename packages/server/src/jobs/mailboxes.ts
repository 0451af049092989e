import type { DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import type { PurgeContext } from './purge.ts';
import { findTenants } from './tenants.ts';

/** Entries that one transaction deletes: a sender to the device waits no longer than that takes. */
const AT_ONCE = 1_000;

interface Mailbox {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
}

/**
 * Deletes the oldest entries of mailboxes that hold more than their tenant's `mailboxEntries`. A device that comes back after
 * all finds the messages in the history, and asks their senders for the keys; nobody is told that it has stored them.
 */
export async function boundMailboxes({ sql, rates }: Pick<PurgeContext, 'sql' | 'rates'>): Promise<void> {
  const tenants = await findTenants(sql, rates);
  const long = await sql<(Mailbox & { upTo: number })[]>`
    select b.tenant_id as "tenantId", b.device_id as "deviceId", b.head - t.entries as "upTo"
    from mailboxes b
    join unnest(${tenants.map(({ tenantId }) => tenantId)}::uuid[],
      ${tenants.map((tenant) => tenant.rates.mailboxEntries)}::bigint[]) as t(id, entries) on t.id = b.tenant_id
    where b.head - b.acked > t.entries`;
  for (const { tenantId, deviceId, upTo } of long) {
    while (!(await dropOldest(sql, { tenantId, deviceId }, upTo)));
  }
}

/** Deletes entries up to a position, as many as one transaction may. @returns whether all are gone */
async function dropOldest(sql: Sql, { tenantId, deviceId }: Mailbox, upTo: number): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [mailbox] = await tx<{ acked: number }[]>`
      select acked from mailboxes where tenant_id = ${tenantId} and device_id = ${deviceId} for update`;
    if (mailbox === undefined || mailbox.acked >= upTo) return true;
    const end = Math.min(upTo, mailbox.acked + AT_ONCE);
    await tx`
      delete from mailbox_entries
      where tenant_id = ${tenantId} and device_id = ${deviceId} and position > ${mailbox.acked} and position <= ${end}`;
    await tx`update mailboxes set acked = ${end} where tenant_id = ${tenantId} and device_id = ${deviceId}`;
    return end === upTo;
  });
}

/** Deletes what is left in mailboxes whose devices have gone. */
export async function emptyClosedMailboxes(sql: Sql): Promise<void> {
  const closed = await sql<Mailbox[]>`select tenant_id as "tenantId", device_id as "deviceId" from closed_mailboxes`;
  for (const { tenantId, deviceId } of closed) {
    for (;;) {
      const { count } = await sql`
        delete from mailbox_entries
        where tenant_id = ${tenantId} and device_id = ${deviceId} and position = any(array(
          select position from mailbox_entries
          where tenant_id = ${tenantId} and device_id = ${deviceId} order by position limit ${AT_ONCE}))`;
      if (count < AT_ONCE) break;
    }
    await sql`delete from closed_mailboxes where tenant_id = ${tenantId} and device_id = ${deviceId}`;
  }
}
