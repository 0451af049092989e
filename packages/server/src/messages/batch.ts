import type { ConversationId, DeviceId, MessageId, TenantId, UserId } from '@seal-chat/protocol';
import { chunks, type Notice } from '../bus/bus.ts';
import type { Extras } from './extras.ts';

/** Bytes as they came: for the database, and as text for whoever is connected. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** base64url. */
  readonly text: string;
}

/** One message on its way into the database. */
export interface SendItem extends Extras {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  /** Every member, each once, with the version of its device list. */
  readonly claims: readonly { readonly userId: UserId; readonly version: number }[];
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly body: Payload;
  readonly envelopes: readonly { readonly deviceId: DeviceId; readonly envelope: Payload }[];
}

/** The parameters of `seal_send`, less the time: array literals and one blob (see the migration). */
export interface SendParameters {
  readonly values: readonly (string | Buffer)[];
  /** Index of each item's envelopes into the mailboxes, from 1. */
  readonly boxes: readonly (readonly number[])[];
}

/** Rows a batch needs, each once and ascending, which is the order of locking. */
export interface Rows {
  readonly tenants: readonly string[];
  readonly ids: readonly string[];
  /** Index of a row by its key, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
}

const ID_CHARACTERS = 36;

/** @param keys tenant and id, one after the other */
export function rowsOf(keys: ReadonlySet<string>): Rows {
  const sorted = [...keys].toSorted();
  return {
    tenants: sorted.map((key) => key.slice(0, ID_CHARACTERS)),
    ids: sorted.map((key) => key.slice(ID_CHARACTERS)),
    indexOf: new Map(sorted.map((key, i) => [key, i + 1])),
  };
}

/** Lays a batch out in parallel arrays, so that one statement can take it. */
export function layOut(items: readonly SendItem[], encode: (notice: Notice) => string): SendParameters {
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
  return { values: [...arrays, Buffer.concat(blob), textLiteral(notices(mailboxes, encode))], boxes };
}

/** What other processes are told in the same transaction: which mailboxes to look into. */
function notices(mailboxes: Rows, encode: (notice: Notice) => string): readonly string[] {
  const { tenants, ids } = mailboxes;
  return [...new Set(tenants)].flatMap((tenantId) =>
    chunks(ids.slice(tenants.indexOf(tenantId), tenants.lastIndexOf(tenantId) + 1)).map((deviceIds) =>
      encode({ kind: 'mailboxes', tenantId: tenantId as TenantId, deviceIds: deviceIds as DeviceId[] }),
    ),
  );
}

/** An array of numbers or ids, which need no quotes. */
export function literal(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

function textLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
