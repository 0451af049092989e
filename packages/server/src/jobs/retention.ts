import { DEFAULT_RETENTION, type ConversationId, type TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import type { PurgeContext } from './purge.ts';
import { findTenants } from './tenants.ts';

const DAY_MS = 24 * 3_600_000;
/** Conversations looked at in one statement, and messages of each that are emptied in one transaction. */
const CONVERSATIONS = 500;
const MESSAGES = 500;

/** Takes bodies, files and envelopes from messages older than their tenant's `messageDays`. Their places in the log stay. */
export async function emptyOldMessages({ sql, now, rates }: PurgeContext): Promise<void> {
  for (const tenant of await findTenants(sql, rates)) {
    const { messageDays } = tenant.rates;
    if (messageDays >= DEFAULT_RETENTION.messageDays) continue;
    await emptyBefore(sql, tenant.tenantId, new Date(now - messageDays * DAY_MS));
  }
}

interface Due {
  readonly id: ConversationId;
  /** Number of the latest message that is too old, of those looked at; null for none. */
  readonly upTo: number | null;
}

async function emptyBefore(sql: Sql, tenantId: TenantId, before: Date): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    // Times never go back within a conversation: the first message that is young enough is followed by younger ones.
    const page = await sql<Due[]>`
      select c.id, (
        select max(w.seq) from (
          select seq, created_at from messages m
          where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.seq > c.emptied_seq
          order by m.seq limit ${MESSAGES}) w
        where w.created_at < ${before}) as "upTo"
      from conversations c where c.tenant_id = ${tenantId} and c.id > ${after} order by c.id limit ${CONVERSATIONS}`;
    for (const { id, upTo } of page) {
      for (let end = upTo; end !== null;) end = await empty(sql, tenantId, id, end, before);
    }
    if (page.length < CONVERSATIONS) return;
    after = page.at(-1)!.id;
  }
}

/** Empties the messages of a conversation up to `upTo`. @returns up to where there are more; null when there are none */
async function empty(
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
  upTo: number,
  before: Date,
): Promise<number | null> {
  return sql.begin(async (tx) => {
    const [row] = await tx<{ from: number }[]>`
      select emptied_seq as from from conversations where tenant_id = ${tenantId} and id = ${conversationId} for update`;
    if (row === undefined) return null;
    await tx`
      select seal_empty_messages(array_agg(m.tenant_id), array_agg(m.conversation_id), array_agg(m.seq))
      from messages m
      where m.tenant_id = ${tenantId} and m.conversation_id = ${conversationId} and m.seq > ${row.from}
        and m.seq <= ${upTo} and m.kind = 'message'
      having count(*) > 0`;
    await tx`
      update conversations set emptied_seq = ${upTo}
      where tenant_id = ${tenantId} and id = ${conversationId} and emptied_seq < ${upTo}`;
    const [next] = await tx<{ upTo: number | null }[]>`
      select max(seq) as "upTo" from (
        select seq, created_at from messages
        where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq > ${upTo}
        order by seq limit ${MESSAGES}) w
      where created_at < ${before}`;
    return next!.upTo;
  });
}
