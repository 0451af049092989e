import type { DeviceId, UserId } from '@seal-chat/protocol';
import { literal } from '../db/literal.ts';
import type { Payload, SentItem } from '../sending/item.ts';
import { rowsOf } from '../sending/rows.ts';

/** One direct message on its way into the database. */
export interface SendItem extends SentItem {
  /** Every member, each once, with the version of its device list. */
  readonly claims: readonly { readonly userId: UserId; readonly version: number }[];
  readonly body: Payload;
  readonly envelopes: readonly { readonly deviceId: DeviceId; readonly envelope: Payload }[];
}

/** The parameters of `seal_send`, less the time: array literals and one blob (see the migration). */
export interface SendParameters {
  readonly values: readonly (string | Buffer)[];
  /** Index of each item's envelopes into the mailboxes, from 1. */
  readonly boxes: readonly (readonly number[])[];
}

/** Lays a batch out in parallel arrays, so that one statement can take it. */
export function layOut(items: readonly SendItem[]): SendParameters {
  const conversationKeys = new Set<string>();
  const boxKeys = new Set<string>();
  for (const { tenantId, conversationId, envelopes } of items) {
    conversationKeys.add(tenantId + conversationId);
    for (const { deviceId } of envelopes) boxKeys.add(tenantId + deviceId);
  }
  const conversations = rowsOf(conversationKeys);
  const mailboxes = rowsOf(boxKeys);

  const groups = new Map<string, number>();
  const group = { conversation: [] as number[], size: [] as number[] };
  const claim = { group: [] as number[], user: [] as string[], version: [] as number[] };
  const item = { group: [] as number[], message: [] as string[], user: [] as string[], device: [] as string[] };
  const itemBody = { offset: [] as number[], length: [] as number[] };
  const envelope = { item: [] as number[], box: [] as number[], offset: [] as number[], length: [] as number[] };
  const blob: Uint8Array[] = [];
  const boxes: number[][] = [];
  let end = 1;

  function place(bytes: Uint8Array, at: { offset: number[]; length: number[] }): void {
    at.offset.push(end);
    at.length.push(bytes.length);
    blob.push(bytes);
    end += bytes.length;
  }

  function groupOf({ tenantId, conversationId, claims }: SendItem): number {
    const conversation = conversations.indexOf.get(tenantId + conversationId)!;
    let key = `${conversation}`;
    for (const { userId, version } of claims) key += `,${userId}${version}`;
    const known = groups.get(key);
    if (known !== undefined) return known;
    const made = groups.size + 1;
    groups.set(key, made);
    group.conversation.push(conversation);
    group.size.push(claims.length);
    for (const { userId, version } of claims) {
      claim.group.push(made);
      claim.user.push(userId);
      claim.version.push(version);
    }
    return made;
  }

  for (const [i, sent] of items.entries()) {
    item.group.push(groupOf(sent));
    item.message.push(sent.messageId);
    item.user.push(sent.senderUserId);
    item.device.push(sent.senderDeviceId);
    place(sent.body.bytes, itemBody);
    boxes.push(
      sent.envelopes.map(({ deviceId, envelope: payload }) => {
        const box = mailboxes.indexOf.get(sent.tenantId + deviceId)!;
        envelope.item.push(i + 1);
        envelope.box.push(box);
        place(payload.bytes, envelope);
        return box;
      }),
    );
  }

  const arrays = [
    conversations.tenants,
    conversations.ids,
    group.conversation,
    group.size,
    claim.group,
    claim.user,
    claim.version,
    item.group,
    item.message,
    item.user,
    item.device,
    itemBody.offset,
    itemBody.length,
    mailboxes.tenants,
    mailboxes.ids,
    envelope.item,
    envelope.box,
    envelope.offset,
    envelope.length,
  ].map(literal);
  return { values: [...arrays, Buffer.concat(blob)], boxes };
}
