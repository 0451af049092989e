import type { Sql } from 'postgres';
import type { TenantId, UserId } from '@seal-chat/protocol';
import { literal } from '../db/literal.ts';
import type { MessageRange } from '../outbox/jobs.ts';

/** What waits for a person in direct conversations: no device of theirs has stored it. */
export interface Waiting {
  readonly conversations: number;
  /** Counted up to 100 in each conversation. */
  readonly messages: number;
  /** When the oldest of them was accepted; null for none. */
  readonly oldestAt: Date | null;
}

/** Messages that are counted of one conversation. */
const MAX_COUNTED = 100;
/** Rows that one statement looks at. */
const AT_ONCE = 1_000;

/**
 * Notes that messages wait for those members of direct conversations who have not stored them. Doing it twice, late or in
 * another order leaves the same rows: they only say up to where there are messages.
 */
export async function noteWaiting(sql: Sql, ranges: readonly MessageRange[]): Promise<void> {
  const column = (i: 0 | 1 | 2 | 3): string => literal(ranges.map((range) => range[i]));
  await sql`
    insert into waiting as w (tenant_id, conversation_id, user_id, last_seq)
    select m.tenant_id, m.conversation_id, m.user_id, l.seq
    from unnest(${column(0)}::uuid[], ${column(1)}::uuid[], ${column(2)}::bigint[], ${column(3)}::bigint[])
      as x(tenant_id, conversation_id, first_seq, last_seq)
    join conversations c on c.tenant_id = x.tenant_id and c.id = x.conversation_id and c.kind = 'dm'
    join memberships m on m.tenant_id = x.tenant_id and m.conversation_id = x.conversation_id
    cross join lateral (
      select max(s.seq) as seq from messages s
      where s.tenant_id = x.tenant_id and s.conversation_id = x.conversation_id
        and s.seq between greatest(x.first_seq, m.delivered_seq + 1) and x.last_seq
        and s.sender_user_id <> m.user_id and octet_length(s.body) > 0) l
    where l.seq is not null
    order by 1, 2, 3
    on conflict (tenant_id, conversation_id, user_id) do update set last_seq = excluded.last_seq
      where w.last_seq < excluded.last_seq`;
}

/** Counts what waits for a person, as of now: what was stored, taken back or has expired meanwhile is not among it. */
export async function countWaiting(sql: Sql, tenantId: TenantId, userId: UserId): Promise<Waiting> {
  const [row] = await sql<Waiting[]>`
    select count(*) as conversations, coalesce(sum(n.messages), 0)::int as messages, min(n.oldest) as "oldestAt"
    from waiting w join memberships m
      on m.tenant_id = w.tenant_id and m.conversation_id = w.conversation_id and m.user_id = w.user_id
    cross join lateral (
      select count(*) as messages, min(s.created_at) as oldest from (
        select s.created_at from messages s
        where s.tenant_id = w.tenant_id and s.conversation_id = w.conversation_id
          and s.seq > m.delivered_seq and s.seq <= w.last_seq
          and s.sender_user_id <> w.user_id and octet_length(s.body) > 0
        order by s.seq limit ${MAX_COUNTED}) s) n
    where w.tenant_id = ${tenantId} and w.user_id = ${userId} and w.last_seq > m.delivered_seq and n.messages > 0`;
  return row!;
}

/** Deletes rows of conversations in which nothing waits any longer. */
export async function deleteFetched(sql: Sql): Promise<void> {
  await inPages(sql, async (from, to) => {
    // A row that says more by now than it did is left.
    await sql`
      with done as materialized (
        select w.tenant_id, w.conversation_id, w.user_id, w.last_seq
        from waiting w join memberships m
          on m.tenant_id = w.tenant_id and m.conversation_id = w.conversation_id and m.user_id = w.user_id
        where (w.tenant_id, w.conversation_id) between (${from.tenantId}, ${from.id}) and (${to.tenantId}, ${to.id})
          and (w.last_seq <= m.delivered_seq or not exists (
            select from messages s
            where s.tenant_id = w.tenant_id and s.conversation_id = w.conversation_id
              and s.seq > m.delivered_seq and s.seq <= w.last_seq
              and s.sender_user_id <> w.user_id and octet_length(s.body) > 0)))
      delete from waiting w using done d
      where w.tenant_id = d.tenant_id and w.conversation_id = d.conversation_id and w.user_id = d.user_id
        and w.last_seq = d.last_seq`;
  });
}

interface Place {
  readonly tenantId: string;
  readonly id: string;
}

const BEGINNING: Place = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  id: '00000000-0000-0000-0000-000000000000',
};

/** Goes through the conversations of the table, some at a time. */
async function inPages(sql: Sql, work: (from: Place, to: Place) => Promise<void>): Promise<void> {
  for (let after = BEGINNING; ;) {
    const page = await sql<Place[]>`
      select tenant_id as "tenantId", conversation_id as id from waiting
      where (tenant_id, conversation_id) > (${after.tenantId}, ${after.id})
      order by tenant_id, conversation_id, user_id limit ${AT_ONCE}`;
    if (page.length === 0) return;
    await work(page[0]!, page.at(-1)!);
    after = page.at(-1)!;
  }
}

/** Notes what waits in mailboxes and is not noted: of jobs that were lost with their queue. */
export async function noteMissing(sql: Sql): Promise<void> {
  for (let after = BEGINNING; ;) {
    const page = await sql<Place[]>`
      select tenant_id as "tenantId", device_id as id from mailboxes
      where (tenant_id, device_id) > (${after.tenantId}, ${after.id}) and head > acked
      order by tenant_id, device_id limit ${AT_ONCE}`;
    if (page.length === 0) return;
    await sql`
      insert into waiting as w (tenant_id, conversation_id, user_id, last_seq)
      select e.tenant_id, e.conversation_id, d.user_id, max(e.seq)
      from unnest(${literal(page.map(({ tenantId }) => tenantId))}::uuid[],
        ${literal(page.map(({ id }) => id))}::uuid[]) as x(tenant_id, device_id)
      join devices d on d.tenant_id = x.tenant_id and d.id = x.device_id
      join mailbox_entries e on e.tenant_id = x.tenant_id and e.device_id = x.device_id and e.kind = 'message'
      join memberships m on m.tenant_id = e.tenant_id and m.conversation_id = e.conversation_id
        and m.user_id = d.user_id and m.delivered_seq < e.seq
      join messages s on s.tenant_id = e.tenant_id and s.conversation_id = e.conversation_id and s.seq = e.seq
        and s.sender_user_id <> d.user_id and octet_length(s.body) > 0
      group by 1, 2, 3 order by 1, 2, 3
      on conflict (tenant_id, conversation_id, user_id) do update set last_seq = excluded.last_seq
        where w.last_seq < excluded.last_seq`;
    after = page.at(-1)!;
  }
}
