import type { ISql } from 'postgres';
import type { Payload, SentItem } from '../../sending/item.ts';
import { literal } from '../../db/literal.ts';
import { rowsOf, timesOf } from '../../sending/rows.ts';

/** One channel message on its way into the database. */
export interface ChannelItem extends SentItem {
  readonly incarnation: number;
  readonly epoch: number;
  readonly body: Payload;
  readonly envelope: Payload;
}

/** What became of one item of a batch. */
export type ChannelResult =
  | { readonly kind: 'stored'; readonly seq: number; readonly acceptedAt: number }
  /** The message had been stored before. */
  | { readonly kind: 'known'; readonly seq: number; readonly acceptedAt: number }
  /** The group has changed, or has to. */
  | { readonly kind: 'stale' };

interface SendRow {
  readonly seq: readonly (number | null)[];
  readonly known_item: readonly number[] | null;
  readonly known_seq: readonly number[] | null;
  readonly known_at: readonly string[] | null;
  readonly late_item: readonly number[] | null;
  readonly late_at: readonly string[] | null;
}

const SEND = `
  select array_to_json(o_seq) as seq, array_to_json(o_known_item) as known_item,
    array_to_json(o_known_seq) as known_seq, array_to_json(o_known_at) as known_at,
    array_to_json(o_late_item) as late_item, array_to_json(o_late_at) as late_at
  from seal_channel_send($1::timestamptz, $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[],
    $7::uuid[], $8::bigint[], $9::bigint[], $10::int[], $11::int[], $12::int[], $13::int[], $14::bytea)`;

/**
 * Stores a batch in one statement. The result is as long as `items` and in their order.
 */
export async function sendChannelBatch(
  sql: ISql,
  items: readonly ChannelItem[],
  acceptedAt: number,
): Promise<readonly ChannelResult[]> {
  const parameters = [new Date(acceptedAt).toISOString(), ...layOutChannel(items)];
  const [row] = await sql.unsafe<SendRow[]>(SEND, parameters, { prepare: true });
  const { seq: seqs, known_item: known, known_seq: knownSeq, known_at: knownAt } = row!;
  const late = timesOf(row!.late_item, row!.late_at);
  const results = seqs.map((seq, i): ChannelResult =>
    seq === null ? { kind: 'stale' } : { kind: 'stored', seq, acceptedAt: late.get(i + 1) ?? acceptedAt },
  );
  for (const [i, item] of (known ?? []).entries()) {
    results[item - 1] = { kind: 'known', seq: knownSeq![i]!, acceptedAt: Date.parse(knownAt![i]!) };
  }
  return results;
}

/** The parameters of `seal_channel_send` after the first (see the migration). */
function layOutChannel(items: readonly ChannelItem[]): readonly (string | Buffer)[] {
  const channels = rowsOf(new Set(items.map(({ tenantId, conversationId }) => tenantId + conversationId)));
  const blob: Uint8Array[] = [];
  let end = 1;
  const place = (bytes: Uint8Array): number => {
    const start = end;
    blob.push(bytes);
    end += bytes.length;
    return start;
  };
  const bodyOffsets: number[] = [];
  const envelopeOffsets: number[] = [];
  for (const { body, envelope } of items) {
    bodyOffsets.push(place(body.bytes));
    envelopeOffsets.push(place(envelope.bytes));
  }
  const arrays = [
    channels.tenants,
    channels.ids,
    items.map(({ tenantId, conversationId }) => channels.indexOf.get(tenantId + conversationId)!),
    items.map(({ messageId }) => messageId),
    items.map(({ senderUserId }) => senderUserId),
    items.map(({ senderDeviceId }) => senderDeviceId),
    items.map(({ incarnation }) => incarnation),
    items.map(({ epoch }) => epoch),
    bodyOffsets,
    items.map(({ body }) => body.bytes.length),
    envelopeOffsets,
    items.map(({ envelope }) => envelope.bytes.length),
  ].map(literal);
  return [...arrays, Buffer.concat(blob)];
}
