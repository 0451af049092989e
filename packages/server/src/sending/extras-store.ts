import type { ISql, Sql, TransactionSql } from 'postgres';
import type { Extras, SentItem } from './item.ts';

/** What becomes of one item, as far as extras go. */
type Stored = { readonly kind: 'stored'; readonly seq: number } | { readonly kind: 'known' | 'stale' };

/** The item cannot have the attachments it names; nothing of it was stored. */
export interface Refused {
  readonly kind: 'refused';
}

const REFUSED: Refused = { kind: 'refused' };

/**
 * Stores a batch by `store`, and in the same transaction the extras of its messages. A batch of plain messages is
 * `store` alone, in no transaction of its own.
 */
export async function storeWithExtras<Item extends SentItem, Result extends Stored>(
  sql: Sql,
  items: readonly Item[],
  acceptedAt: number,
  store: (sql: ISql, items: readonly Item[]) => Promise<readonly Result[]>,
): Promise<readonly (Result | Refused)[]> {
  if (!items.some(hasExtras)) return store(sql, items);
  return sql.begin(async (tx) => {
    const refused = await claim(tx, items);
    const accepted = items.filter((_item, i) => !refused.has(i));
    const stored = accepted.length === 0 ? [] : await store(tx, accepted);
    await extend(tx, accepted, stored, acceptedAt);
    let next = 0;
    return items.map((_item, i) => (refused.has(i) ? REFUSED : stored[next++]!));
  }) as Promise<readonly (Result | Refused)[]>;
}

/** Whether the item has anything that a plain message does not have. */
function hasExtras({ lifetimeSeconds, attachmentIds }: Extras): boolean {
  return lifetimeSeconds !== undefined || (attachmentIds !== undefined && attachmentIds.length > 0);
}

/** Locks the attachments that items name. @returns indexes of items that cannot have theirs */
async function claim(tx: TransactionSql, items: readonly SentItem[]): Promise<ReadonlySet<number>> {
  const named = items.flatMap((item, index) =>
    (item.attachmentIds ?? []).map((attachmentId) => ({ ...item, index, attachmentId })),
  );
  if (named.length === 0) return new Set();
  const [row] = await tx<{ refused: number[] | null }[]>`
    select seal_claim(
      ${named.map(({ index }) => index)}::int[],
      ${named.map(({ tenantId }) => tenantId)}::uuid[],
      ${named.map(({ conversationId }) => conversationId)}::uuid[],
      ${named.map(({ senderUserId }) => senderUserId)}::uuid[],
      ${named.map(({ senderDeviceId }) => senderDeviceId)}::uuid[],
      ${named.map(({ messageId }) => messageId)}::uuid[],
      ${named.map(({ attachmentId }) => attachmentId)}::uuid[]) as refused`;
  return new Set(row!.refused);
}

async function extend(
  tx: TransactionSql,
  items: readonly SentItem[],
  results: readonly Stored[],
  acceptedAt: number,
): Promise<void> {
  const stored = items.flatMap((item, i) => {
    const result = results[i]!;
    return result.kind === 'stored' ? [{ ...item, seq: result.seq }] : [];
  });
  const ends = stored.filter(({ lifetimeSeconds }) => lifetimeSeconds !== undefined);
  const files = stored.flatMap((item) => (item.attachmentIds ?? []).map((attachmentId) => ({ ...item, attachmentId })));
  if (ends.length + files.length === 0) return;
  await tx`
    select seal_extend(
      ${ends.map(({ tenantId }) => tenantId)}::uuid[],
      ${ends.map(({ conversationId }) => conversationId)}::uuid[],
      ${ends.map(({ seq }) => seq)}::bigint[],
      ${ends.map(({ lifetimeSeconds }) => new Date(acceptedAt + lifetimeSeconds! * 1_000).toISOString())}::timestamptz[],
      ${files.map(({ tenantId }) => tenantId)}::uuid[],
      ${files.map(({ conversationId }) => conversationId)}::uuid[],
      ${files.map(({ seq }) => seq)}::bigint[],
      ${files.map(({ attachmentId }) => attachmentId)}::uuid[])`;
}

/** Whether the sender's account has all uploads that an item names. */
export async function hasUploads(sql: Sql, { tenantId, senderUserId, attachmentIds }: SentItem): Promise<boolean> {
  const ids = [...(attachmentIds ?? [])];
  const rows = await sql`
    select from attachments where tenant_id = ${tenantId} and user_id = ${senderUserId} and id = any(${ids}::uuid[])`;
  return rows.length >= ids.length;
}

/** Finds SHA-256 of the body that a message has, or had before it was emptied; null when there is no such message. */
export async function findBodyHash(sql: Sql, item: SentItem, seq: number): Promise<Buffer | null> {
  const { tenantId, conversationId } = item;
  const [row] = await sql<{ hash: Buffer }[]>`
    select coalesce(body_hash, sha256(body)) as hash from messages
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq = ${seq}`;
  return row?.hash ?? null;
}
