import type { Sql } from 'postgres';
import type { Person } from '../server/people.ts';

/** A large tenant, as numbers of rows. */
export const DATA_SET = {
  people: 20_000,
  dms: 10_000,
  /** In each DM; half of them wait for their reader. */
  messages: 110,
  /** What waits for one device that was away for long. */
  waiting: 30_000,
  channels: [1_000, 5_000],
} as const;

/** Rows that one statement inserts: the checks of a statement look at all its rows together. */
const DMS_AT_ONCE = 500;

/** The n-th made-up id of its kind: the same in every statement. */
const id = (kind: string, n: string): string => `md5('${kind}' || ${n})::uuid`;

/** Fills the tenant: people with a device each, DMs between neighbours, and what waits in their mailboxes. */
export async function fill(sql: Sql, tenantId: string): Promise<void> {
  const { people, dms, messages } = DATA_SET;
  const run = (text: string): Promise<unknown> => sql.unsafe(text.replaceAll('TENANT', `'${tenantId}'::uuid`));
  await run(`insert into users (tenant_id, id, username, username_key, username_skeleton, identity_key, list_version)
    select TENANT, ${id('user', 'n')}, 'person-' || n, 'person-' || n, 'person-' || n, '\\x01', 1
    from generate_series(0, ${people - 1}) n`);
  await run(`insert into device_lists (tenant_id, user_id, version, bytes, signature)
    select TENANT, ${id('user', 'n')}, 1, decode(repeat('00', 400), 'hex'), decode(repeat('00', 64), 'hex')
    from generate_series(0, ${people - 1}) n`);
  await run(`insert into devices (tenant_id, id, user_id, dh_key, sign_key, registration_id, added_in)
    select TENANT, ${id('device', 'n')}, ${id('user', 'n')}, '\\x01', '\\x01', n, 1 from generate_series(0, ${people - 1}) n`);
  await run(`insert into mailboxes (tenant_id, device_id, head)
    select TENANT, ${id('device', 'n')}, ${messages} from generate_series(0, ${people - 1}) n`);
  await run(`insert into conversations (tenant_id, id, kind, dm_low, dm_high, last_seq, last_at)
    select TENANT, ${id('dm', 'n')}, 'dm', ${id('user', '2 * n')}, ${id('user', '2 * n + 1')}, ${messages}, now()
    from generate_series(0, ${dms - 1}) n`);
  await run(`insert into memberships (tenant_id, conversation_id, user_id)
    select TENANT, ${id('dm', 'n')}, ${id('user', '2 * n + k')}
    from generate_series(0, ${dms - 1}) n, generate_series(0, 1) k`);
  for (let from = 0; from < dms; from += DMS_AT_ONCE) {
    const each = `generate_series(${from}, ${from + DMS_AT_ONCE - 1}) n, generate_series(1, ${messages}) seq`;
    await run(`insert into messages
        (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
      select TENANT, ${id('dm', 'n')}, seq, md5('message' || n || '.' || seq)::uuid, ${id('user', '2 * n + seq % 2')},
        ${id('device', '2 * n + seq % 2')}, now(), decode(repeat('00', 300), 'hex') from ${each}`);
    await run(`insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
      select TENANT, ${id('device', '2 * n + 1 - seq % 2')}, seq, 'message', ${id('dm', 'n')}, seq,
        decode(repeat('00', 200), 'hex') from ${each}`);
  }
}

/** Has `count` messages of others wait for a device, from DMs of the data set. */
export async function letWait(sql: Sql, tenantId: string, device: Person, count: number): Promise<void> {
  await sql`
    with box as (
      select head from mailboxes where tenant_id = ${tenantId} and device_id = ${device.deviceId}
    ), added as (
      insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
      select m.tenant_id, ${device.deviceId}, box.head + row_number() over (), 'message', m.conversation_id, m.seq,
        decode(repeat('00', 200), 'hex')
      from (select * from messages where tenant_id = ${tenantId} limit ${count}) m, box returning 1)
    update mailboxes set head = head + (select count(*) from added)
    where tenant_id = ${tenantId} and device_id = ${device.deviceId}`;
}

/** Makes people of the data set members of a channel, with their devices in its group, as Commits leave it. */
export async function growChannel(sql: Sql, tenantId: string, conversationId: string, members: number): Promise<void> {
  await sql.unsafe(`
    insert into memberships (tenant_id, conversation_id, user_id)
    select '${tenantId}', '${conversationId}', ${id('user', 'n')} from generate_series(1, ${members}) n`);
  await sql.unsafe(`
    insert into channel_leaves (tenant_id, conversation_id, device_id)
    select '${tenantId}', '${conversationId}', ${id('device', 'n')} from generate_series(1, ${members}) n`);
  await sql`
    update channel_groups set may_add = false, may_remove = false
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
}
