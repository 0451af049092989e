import type { ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { Sql, TransactionSql } from 'postgres';
import { lockChannel } from '../channels/store.ts';
import { endMembership } from '../channels/members/store.ts';
import type { PurgeContext } from './purge.ts';
import { findTenants } from './tenants.ts';

const DAY_MS = 24 * 3_600_000;
/** Guests looked for in one statement. */
const AT_ONCE = 200;

interface Guest {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/**
 * Deletes guests none of whose devices was there for their tenant's `guestDays`, with their DMs. They leave their channels
 * first, where others remove their devices from the groups; who has written in a channel stays, as those messages would go.
 */
export async function forgetGuests({ sql, now, rates }: PurgeContext): Promise<void> {
  for (const { tenantId, rates: own } of await findTenants(sql, rates)) {
    const before = new Date(now - own.guestDays * DAY_MS);
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const guests = await sql<{ id: UserId }[]>`
        select u.id from users u
        where u.tenant_id = ${tenantId} and u.id > ${after} and u.username is null and u.created_at < ${before}
          and ${wasLeft(sql, before)}
        order by u.id limit ${AT_ONCE}`;
      for (const { id } of guests) await forget(sql, { tenantId, userId: id }, before);
      if (guests.length < AT_ONCE) break;
      after = guests.at(-1)!.id;
    }
  }
}

/** Whether no device of the user `u` of a query has been there since. */
function wasLeft(sql: Sql | TransactionSql, before: Date) {
  return sql`not exists (
    select from devices d
    where d.tenant_id = u.tenant_id and d.user_id = u.id and d.removed_at is null and d.seen_on >= ${before}::date)`;
}

async function forget(sql: Sql, guest: Guest, before: Date): Promise<void> {
  const { tenantId, userId } = guest;
  for (const conversationId of await findChannelsOf(sql, guest)) {
    const ref = { tenantId, conversationId };
    await sql.begin(async (tx) => {
      if ((await lockChannel(tx, ref)) !== null) await endMembership(tx, ref, userId);
    });
  }
  await sql.begin(async (tx) => {
    // In the order of everything else that locks them: the account, its conversations, its mailboxes.
    const [account] = await tx`
      select from users u
      where u.tenant_id = ${tenantId} and u.id = ${userId} and ${wasLeft(tx, before)} for update`;
    if (account === undefined || (await isNeeded(tx, guest))) return;
    await tx`
      select from conversations where tenant_id = ${tenantId} and id in (
        select conversation_id from memberships where tenant_id = ${tenantId} and user_id = ${userId})
      order by id for update`;
    await tx`
      select from mailboxes where tenant_id = ${tenantId} and device_id in (
        select id from devices where tenant_id = ${tenantId} and user_id = ${userId})
      order by device_id for update`;
    await tx`delete from users where tenant_id = ${tenantId} and id = ${userId}`;
  });
}

async function findChannelsOf(sql: Sql, { tenantId, userId }: Guest): Promise<readonly ConversationId[]> {
  const rows = await sql<{ id: ConversationId }[]>`
    select m.conversation_id as id from memberships m
    join channel_groups g on g.tenant_id = m.tenant_id and g.conversation_id = m.conversation_id
    where m.tenant_id = ${tenantId} and m.user_id = ${userId}`;
  return rows.map(({ id }) => id);
}

/** Whether a group still has a device of the guest, or a channel something that the guest wrote. */
async function isNeeded(tx: TransactionSql, { tenantId, userId }: Guest): Promise<boolean> {
  const [row] = await tx<{ isNeeded: boolean }[]>`
    select exists (
      select from devices d join channel_leaves l on l.tenant_id = d.tenant_id and l.device_id = d.id
      where d.tenant_id = ${tenantId} and d.user_id = ${userId}
    ) or exists (
      select from devices d join messages m on m.tenant_id = d.tenant_id and m.sender_device_id = d.id
      where d.tenant_id = ${tenantId} and d.user_id = ${userId} and m.incarnation is not null
    ) as "isNeeded"`;
  return row!.isNeeded;
}
