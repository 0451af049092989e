import type { Sql, TransactionSql } from 'postgres';
import { OUTBOX_KINDS } from './kinds.ts';

/** What follows from one change; the lists run in parallel, and those that its kind has no use for are empty. */
export interface OutboxRow {
  readonly id: number;
  readonly createdAt: Date;
  readonly kind: number;
  readonly tenantIds: readonly string[];
  readonly subjectIds: readonly string[];
  readonly fromSeqs: readonly number[];
  readonly toSeqs: readonly number[];
  readonly metrics: readonly number[];
  readonly amounts: readonly number[];
}

/** Rows that wait are counted up to here. */
const MAX_COUNTED = 100_000;

/** Takes the oldest rows that no other relay is taking. They are back when the transaction does not commit. */
export async function takeRows(tx: TransactionSql, limit: number): Promise<readonly OutboxRow[]> {
  const rows = await tx<{ [Key in keyof OutboxRow]: OutboxRow[Key] | null }[]>`
    delete from outbox where id = any(array(select id from outbox order by id limit ${limit} for update skip locked))
    returning id, created_at as "createdAt", kind, tenant_ids as "tenantIds", subject_ids as "subjectIds",
      from_seqs as "fromSeqs", to_seqs as "toSeqs", metrics, amounts`;
  const listed = rows.map((row) => ({
    id: row.id!,
    createdAt: row.createdAt!,
    kind: row.kind!,
    tenantIds: row.tenantIds ?? [],
    subjectIds: row.subjectIds ?? [],
    fromSeqs: row.fromSeqs ?? [],
    toSeqs: row.toSeqs ?? [],
    metrics: row.metrics ?? [],
    amounts: row.amounts ?? [],
  }));
  return listed.toSorted((one, other) => one.id - other.id);
}

/** Reads how many rows wait, and for how long the oldest has, s. */
export async function readBacklog(sql: Sql): Promise<{ readonly rows: number; readonly ageSeconds: number }> {
  const [row] = await sql<{ rows: number; ageSeconds: number }[]>`
    select (select count(*) from (select from outbox limit ${MAX_COUNTED}) counted) as rows,
      coalesce((select extract(epoch from clock_timestamp() - created_at)::float8 from outbox order by id limit 1), 0)
        as "ageSeconds"`;
  return row!;
}

/** Whether a row is of messages, direct ones or those of channels. */
export function isOfMessages({ kind }: OutboxRow): boolean {
  return kind === OUTBOX_KINDS.messages || kind === OUTBOX_KINDS.channelMessages;
}
