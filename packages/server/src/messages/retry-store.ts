import type { Bytes, ConversationId, DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql, TransactionSql } from 'postgres';

/** One message, within a tenant. */
export interface MessageRef {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly seq: number;
}

/** Who sent a message of a DM, and whether `deviceId` was there to get it. */
export interface Addressing {
  readonly senderDeviceId: DeviceId;
  readonly isSenderGone: boolean;
  readonly wasDeviceThere: boolean;
}

export async function findAddressing(
  sql: Sql,
  { tenantId, conversationId, seq }: MessageRef,
  deviceId: DeviceId,
): Promise<Addressing | null> {
  const [row] = await sql<Addressing[]>`
    select m.sender_device_id as "senderDeviceId", sender.removed_at is not null as "isSenderGone",
      device.created_at <= m.created_at and device.id <> m.sender_device_id as "wasDeviceThere"
    from messages m
    join devices sender on sender.tenant_id = m.tenant_id and sender.id = m.sender_device_id
    join devices device on device.tenant_id = m.tenant_id and device.id = ${deviceId}
    where m.tenant_id = ${tenantId} and m.conversation_id = ${conversationId} and m.seq = ${seq}
      and m.incarnation is null`;
  return row ?? null;
}

/** When a request may be repeated: `maxRequests` times in a day, and not right away. */
export interface RetryPolicy {
  readonly now: Date;
  readonly repeatBefore: Date;
  readonly forgetBefore: Date;
  readonly maxRequests: number;
}

/**
 * Notes that a device asks for a new envelope and puts the request into the sender's mailbox.
 * @returns 'asked', 'pending' when it was asked a moment ago, 'exhausted' when it was asked too often
 */
export async function insertRequest(
  sql: Sql,
  message: MessageRef,
  devices: { readonly requester: DeviceId; readonly sender: DeviceId },
  policy: RetryPolicy,
): Promise<'asked' | 'pending' | 'exhausted'> {
  const { tenantId, conversationId, seq } = message;
  const { now, repeatBefore, forgetBefore, maxRequests } = policy;
  return sql.begin(async (tx) => {
    const [noted] = await tx`
      insert into retry_requests as r (tenant_id, conversation_id, seq, device_id, requested_at)
      values (${tenantId}, ${conversationId}, ${seq}, ${devices.requester}, ${now})
      on conflict (tenant_id, conversation_id, seq, device_id) do update set
        requests = case when r.requested_at < ${forgetBefore} then 1 else r.requests + 1 end,
        requested_at = excluded.requested_at, answered_at = null
      where (r.answered_at is not null or r.requested_at < ${repeatBefore})
        and (r.requests < ${maxRequests} or r.requested_at < ${forgetBefore})
      returning 1`;
    if (noted !== undefined) {
      await appendEntry(tx, message, devices.sender, { kind: 'retry-request', requester: devices.requester });
      return 'asked';
    }
    const [row] = await tx<{ requests: number }[]>`
      select requests from retry_requests
      where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq = ${seq}
        and device_id = ${devices.requester}`;
    return row !== undefined && row.requests >= maxRequests ? 'exhausted' : 'pending';
  });
}

/** Answers an open request with a new envelope; false when there is none, or the device was removed. */
export async function answerRequest(
  sql: Sql,
  message: MessageRef,
  requester: DeviceId,
  envelope: Bytes,
  now: Date,
): Promise<boolean> {
  const { tenantId, conversationId, seq } = message;
  return sql.begin(async (tx) => {
    const [open] = await tx`
      update retry_requests set answered_at = ${now}
      where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq = ${seq}
        and device_id = ${requester} and answered_at is null
      returning 1`;
    return open !== undefined && appendEntry(tx, message, requester, { kind: 'message', envelope });
  });
}

/** Puts one entry at the end of a device's mailbox; false when the device no longer has one. */
async function appendEntry(
  tx: TransactionSql,
  { tenantId, conversationId, seq }: MessageRef,
  deviceId: DeviceId,
  entry:
    | { readonly kind: 'message'; readonly envelope: Bytes }
    | { readonly kind: 'retry-request'; readonly requester: DeviceId },
): Promise<boolean> {
  const rows = await tx`
    with box as (
      update mailboxes set head = head + 1
      where tenant_id = ${tenantId} and device_id = ${deviceId}
      returning tenant_id, device_id, head)
    insert into mailbox_entries
      (tenant_id, device_id, position, kind, conversation_id, seq, envelope, requester_device_id)
    select tenant_id, device_id, head, ${entry.kind}, ${conversationId}, ${seq},
      ${entry.kind === 'message' ? entry.envelope : null}, ${entry.kind === 'retry-request' ? entry.requester : null}
    from box returning 1`;
  return rows.length > 0;
}
