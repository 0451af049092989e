import type { ConversationId, DeviceId, MessageId, TenantId, UserId } from '@seal-chat/protocol';
import type { HistoryAnswer } from '@seal-chat/protocol/api';
import type { ISql, Sql } from 'postgres';
import { base64Of } from '../db/bytes.ts';
import { timesOf } from '../sending/rows.ts';
import { layOut, type SendItem } from './batch.ts';

/** What became of one item of a batch. */
export type SendResult =
  | {
      readonly kind: 'stored';
      readonly seq: number;
      readonly acceptedAt: number;
      /** Mailbox position of each envelope, in the order of the item's envelopes. */
      readonly positions: readonly number[];
    }
  /** The message had been stored before. */
  | { readonly kind: 'known'; readonly seq: number; readonly acceptedAt: number }
  /** The sender's idea of the members or their devices is not the current one. */
  | { readonly kind: 'stale' };

interface SendRow {
  readonly seq: readonly (number | null)[];
  readonly head: readonly (number | null)[];
  readonly known_item: readonly number[] | null;
  readonly known_seq: readonly number[] | null;
  readonly known_at: readonly string[] | null;
  readonly late_item: readonly number[] | null;
  readonly late_at: readonly string[] | null;
}

const STALE: SendResult = { kind: 'stale' };

const SEND = `
  select array_to_json(o_seq) as seq, array_to_json(o_head) as head, array_to_json(o_known_item) as known_item,
    array_to_json(o_known_seq) as known_seq, array_to_json(o_known_at) as known_at,
    array_to_json(o_late_item) as late_item, array_to_json(o_late_at) as late_at
  from seal_send($1::timestamptz, $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::uuid[], $8::int[],
    $9::int[], $10::uuid[], $11::uuid[], $12::uuid[], $13::int[], $14::int[], $15::uuid[], $16::uuid[], $17::int[],
    $18::int[], $19::int[], $20::int[], $21::bytea)`;

/** Stores a batch in one statement. The result is as long as `items` and in their order. */
export async function sendBatch(
  sql: ISql,
  items: readonly SendItem[],
  acceptedAt: number,
): Promise<readonly SendResult[]> {
  const { values, boxes } = layOut(items);
  const [row] = await sql.unsafe<SendRow[]>(SEND, [new Date(acceptedAt).toISOString(), ...values], { prepare: true });
  const { seq: seqs, head, known_item: known, known_seq: knownSeq, known_at: knownAt } = row!;
  const late = timesOf(row!.late_item, row!.late_at);
  const heads = [...head];
  const results = seqs.map((seq, i): SendResult => {
    if (seq === null) return STALE;
    // Positions follow the order of the items, as in the function.
    const positions = boxes[i]!.map((box) => (heads[box - 1] = heads[box - 1]! + 1));
    return { kind: 'stored', seq, acceptedAt: late.get(i + 1) ?? acceptedAt, positions };
  });
  for (const [i, item] of (known ?? []).entries()) {
    results[item - 1] = { kind: 'known', seq: knownSeq![i]!, acceptedAt: Date.parse(knownAt![i]!) };
  }
  return results;
}

/** A member of a conversation with the devices of its current list. */
export interface MemberDevices {
  readonly userId: UserId;
  readonly version: number;
  readonly deviceIds: readonly DeviceId[];
}

/** Finds the members of a conversation and their present devices, as one snapshot. */
export async function findMemberDevices(
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<readonly MemberDevices[]> {
  return sql<MemberDevices[]>`
    select u.id as "userId", u.list_version as version, array(
      select d.id from devices d
      where d.tenant_id = u.tenant_id and d.user_id = u.id and d.removed_at is null) as "deviceIds"
    from memberships m join users u on u.tenant_id = m.tenant_id and u.id = m.user_id
    where m.tenant_id = ${tenantId} and m.conversation_id = ${conversationId}
    order by u.id`;
}

interface HistoryRow {
  readonly seq: number;
  readonly message_id: MessageId;
  readonly sender_user_id: UserId;
  readonly sender_device_id: DeviceId;
  readonly created_at: Date;
  readonly body: Buffer;
  readonly body_hash: Buffer | null;
  readonly envelope: Buffer | null;
}

/** Messages of a conversation before `before`, newest first, with what the device's mailbox has for them. */
export async function findHistory(
  sql: Sql,
  where: { readonly tenantId: TenantId; readonly conversationId: ConversationId; readonly deviceId: DeviceId },
  before: number | null,
  limit: number,
): Promise<HistoryAnswer> {
  const { tenantId, conversationId, deviceId } = where;
  const rows = await sql<HistoryRow[]>`
    with page as (
      select * from messages
      where tenant_id = ${tenantId} and conversation_id = ${conversationId}
        and seq < ${before ?? Number.MAX_SAFE_INTEGER} and kind = 'message'
      order by seq desc limit ${limit}
    )
    select page.*, waiting.envelope, case when page.expires_at <= now() then ''::bytea else page.body end as body,
      case when page.expires_at <= now() or octet_length(page.body) = 0 then coalesce(page.body_hash, sha256(page.body)) end as body_hash
    from page left join lateral (
      select envelope from mailbox_entries
      where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq = page.seq
        and device_id = ${deviceId} and kind = 'message'
      -- Not by the key of the mailbox, which would be read whole.
      order by position + 0 desc limit 1) waiting on true
    order by page.seq desc`;
  return {
    messages: rows.map((row) => ({
      conversationId,
      seq: row.seq,
      messageId: row.message_id,
      senderUserId: row.sender_user_id,
      senderDeviceId: row.sender_device_id,
      acceptedAt: row.created_at.getTime(),
      body: base64Of(row.body),
      ...(row.body_hash && { bodyHash: base64Of(row.body_hash) }),
      envelope: row.envelope && base64Of(row.envelope),
    })),
  };
}
