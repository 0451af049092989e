import { ENTRY_KINDS } from '@seal-chat/crypto';
import type { DeviceId } from '@seal-chat/protocol';
import { acceptOwn } from '../../src/channels/accept-own.ts';
import { keepKey, kindOf } from '../../src/channels/keep-key.ts';
import type { IncomingMessage } from '../../src/content/incoming.ts';
import { applyContent, storeEmptied, storeUndecryptable } from '../../src/content/store-received.ts';
import type { Deps } from '../../src/context/deps.ts';
import { withMessage } from '../../src/conversations/progress.ts';
import { CHANNEL_ROWS } from '../../src/store/channel-rows.ts';
import type { DeviceTx } from '../../src/store/device-tx.ts';
import { ROWS, type RowKey } from '../../src/store/rows.ts';
import { recordEntry } from '../../src/transcript/record.ts';
import { CONVERSATION, type Placed } from './model-server.ts';

/** How a device takes what the server has at a place: `receive/receive-message.ts` and `channels/take-entries.ts`, without envelopes. */

interface Taking {
  readonly deps: Deps;
  readonly tx: DeviceTx;
  readonly deviceId: DeviceId;
}

export interface How {
  /** What the ratchet says, which may be wrong. */
  readonly isAfterSkipped?: boolean;
  /** It comes from the history of a direct message, not from the mailbox. */
  readonly isHistory?: boolean;
}

/** The ratchet of the message at a place has moved: another copy is a duplicate. */
const used = (seq: number): RowKey<boolean> => `model-used/${seq}` as RowKey<boolean>;

/** A message of a direct conversation. */
export async function takeDirect(taking: Taking, placed: Placed, { isAfterSkipped = false, isHistory }: How) {
  const { deps, tx, deviceId } = taking;
  const { entry, said, isEmptied } = placed;
  const incoming = incomingOf(placed);
  const { seq } = entry;
  if (!isHistory) tx.put(ROWS.mailboxPosition, Math.max(seq, (await tx.get(ROWS.mailboxPosition)) ?? 0));
  const isOwn = entry.senderDeviceId === deviceId;
  // A mailbox has none of what its device has sent.
  if (isOwn && !isHistory) return;
  const existing = await tx.get(ROWS.message(CONVERSATION, seq));
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  const isOpen = said !== null && !isOwn && !isEmptied;
  if (isOpen && (await tx.get(used(seq))) !== null) return;
  if (isOpen) {
    tx.put(used(seq), true);
    await applyContent(deps, tx, incoming, said);
  } else if (isEmptied) await storeEmptied(deps, tx, incoming);
  else await storeUndecryptable(deps, tx, incoming, 'NO_SESSION');
  await recordEntry(deps, tx, CONVERSATION, entry, isOpen ? { ...said, isAfterSkipped } : null);
}

/** An entry of the log of a channel. */
export async function takeFromLog(taking: Taking, placed: Placed, { isAfterSkipped = false }: How) {
  const { deps, tx, deviceId } = taking;
  const { entry, said, isEmptied, adds } = placed;
  const { seq } = entry;
  const incoming = incomingOf(placed);
  const channelKey = CHANNEL_ROWS.channel(CONVERSATION);
  const row = (await tx.get(channelKey))!;
  const isRepeated = seq <= row.processedSeq!;
  if (seq > row.processedSeq! + 1) return;
  const isOwn = entry.senderDeviceId === deviceId;
  const isOpen = said !== null && !isOwn && !isEmptied;
  if (isRepeated) {
    const known = await tx.get(ROWS.message(CONVERSATION, seq));
    if (known?.content.kind !== 'undecryptable' || !isOpen) return;
  } else tx.put(channelKey, { ...row, processedSeq: seq });
  if (entry.kind !== ENTRY_KINDS.message) {
    await show(taking, seq, false);
    if (!isRepeated && adds.length > 0 && !adds.includes(deviceId)) await awaitHandover(taking, seq);
  } else if (isOwn) {
    const place = { ...incoming, messageId: entry.entryId };
    if (!(await acceptOwn({ deps, tx, conversationId: CONVERSATION }, place, entry.hash))) await keep(taking, incoming);
  } else if (isOpen) {
    if (kindOf(said.content) === 'history') await endHandover(taking, seq);
    await applyContent(deps, tx, incoming, said);
    const { senderUserId, senderDeviceId, entryId: messageId } = entry;
    const { contentKey, bodyHash } = placed.kept!;
    await keepKey(
      tx,
      CONVERSATION,
      { seq, messageId, senderUserId, senderDeviceId, contentKey, bodyHash },
      said.content,
    );
  } else if (isEmptied) await storeEmptied(deps, tx, incoming);
  else await keep(taking, incoming);
  await recordEntry(deps, tx, CONVERSATION, entry, isOpen ? { ...said, isAfterSkipped } : null);
}

/** Devices came in that are to be handed the keys of earlier messages. */
async function awaitHandover({ tx }: Taking, seq: number): Promise<void> {
  const key = CHANNEL_ROWS.channel(CONVERSATION);
  const row = (await tx.get(key))!;
  tx.put(key, { ...row, awaitingSharedHistory: [...(row.awaitingSharedHistory ?? []), { seq, notBefore: 0 }] });
}

/** Another member has handed them over. */
async function endHandover({ tx }: Taking, seq: number): Promise<void> {
  const key = CHANNEL_ROWS.channel(CONVERSATION);
  const row = (await tx.get(key))!;
  tx.put(key, { ...row, awaitingSharedHistory: row.awaitingSharedHistory?.filter((one) => one.seq > seq) ?? [] });
}

/** Keeps a message of a channel that cannot be opened now. */
async function keep(taking: Taking, { seq, messageId, senderUserId, senderDeviceId }: IncomingMessage): Promise<void> {
  taking.tx.put(ROWS.message(CONVERSATION, seq), {
    messageId,
    senderUserId,
    senderDeviceId,
    sentAt: 0,
    acceptedAt: 0,
    content: { kind: 'undecryptable', cause: 'NO_SESSION', isRetrying: true },
  });
  await show(taking, seq, true);
}

async function show({ tx }: Taking, seq: number, isShown: boolean): Promise<void> {
  const key = ROWS.conversation(CONVERSATION);
  tx.put(key, withMessage((await tx.get(key))!, { seq, acceptedAt: 0, isShown }));
}

function incomingOf({ entry, kept, isEmptied }: Placed): IncomingMessage {
  const { seq, entryId: messageId, senderUserId, senderDeviceId, hash } = entry;
  const place = { conversationId: CONVERSATION, seq, messageId, senderUserId, senderDeviceId, acceptedAt: 0 };
  const body = isEmptied || kept === null ? new Uint8Array() : kept.body;
  return { ...place, body, bodyHash: isEmptied ? hash : null, envelope: null };
}
