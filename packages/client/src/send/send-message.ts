import {
  SealError,
  isSealError,
  toBase64,
  type DeviceId,
  type ErrorDetails,
  type MessageId,
  type PreKeyBundle,
  type UserId,
} from '@seal-chat/protocol';
import type { SendAnswer } from '@seal-chat/protocol/api';
import { storeAccepted } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import { expectReachable, knownConversation, learnConversations } from '../conversations/conversation-rows.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey, type WireMessage } from '../store/rows.ts';
import { bytesOf, expectPlace } from '../api/answers.ts';
import { activeAccount } from '../store/account.ts';
import { isSame } from '../transcript/chain.ts';
import { noteAccepted } from '../transcript/own-counter.ts';
import { messageEntry, recordEntry } from '../transcript/record.ts';
import { claimBundles } from './claim-bundles.ts';
import type { DeviceAddress } from '../peers/sessions.ts';
import { prepareWire, type Bundles } from './prepare-wire.ts';

/** A device without prekeys has most likely just joined: it is given this many attempts at sending to publish some. */
const PATIENCE = 3;

/** Each round learns something; more than this and devices change faster than this one can send. */
const MAX_ROUNDS = 8;

/**
 * Sends one queued message, from whatever state an earlier attempt left it in:
 *
 * 1. under the device lock, encrypt for every device and commit ratchets and bytes (`prepareWire`);
 * 2. what that lacks (device lists, prekey bundles) is fetched outside of the lock, then 1 again;
 * 3. send the committed bytes; the server knows them by `messageId`, so sending them twice is harmless;
 * 4. told that the device set is stale: learn the difference, then 1 again, with the same body;
 * 5. accepted: in one commit the message leaves the outbox and takes its place in the conversation.
 *
 * @param attempt how often this was tried before
 * @throws SealError, retryable or not; the message is still in the outbox
 */
export async function sendMessage(deps: Deps, key: RowKey<OutboxRow>, attempt: number): Promise<void> {
  const bundles = new Map<DeviceId, PreKeyBundle | null>();
  const askedForBundle = new Set<DeviceId>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const prepared = await deps.transact((tx) => prepareWire(deps, tx, key, bundles));
    if (prepared.outcome === 'gone') return;
    if (prepared.outcome === 'missing') {
      await learnConversations(deps, prepared.conversations);
      for (const id of prepared.conversations) await knownConversation(deps.reader, id);
      if (prepared.users.length > 0) await learnDeviceLists(deps, prepared.users);
      for (const [deviceId, bundle] of await claim(deps, prepared.sessions, { asked: askedForBundle, attempt })) {
        bundles.set(deviceId, bundle);
      }
      continue;
    }
    try {
      const answer = await transmit(deps, key, prepared.row, prepared.wire);
      expectPlace(answer);
      return await deps.transact((tx) => storeSent(deps, tx, { key, messageId: prepared.row.messageId }, answer));
    } catch (error) {
      if (!isSealError(error, 'DEVICE_LIST_STALE')) throw error;
      await learnDelta(deps, error.details);
    }
  }
  throw new SealError('DEVICE_LIST_STALE', 'send: devices keep changing');
}

/** Bundles of `devices`; null for those that have none even after some attempts. */
async function claim(
  deps: Deps,
  devices: readonly DeviceAddress[],
  { asked, attempt }: { readonly asked: Set<DeviceId>; readonly attempt: number },
): Promise<Bundles> {
  try {
    return await claimBundles(deps, devices, asked);
  } catch (error) {
    if (!isSealError(error, 'NO_SESSION') || attempt < PATIENCE) throw error;
    const hopeless = devices.filter(({ deviceId }) => asked.has(deviceId));
    return new Map(hopeless.map(({ deviceId }) => [deviceId, null]));
  }
}

function transmit(deps: Deps, key: RowKey<OutboxRow>, row: OutboxRow, wire: WireMessage): Promise<SendAnswer> {
  return deps.api.messages.send.mutate({
    conversationId: placeOf(key).conversationId,
    messageId: row.messageId,
    deviceLists: [...wire.deviceLists],
    body: toBase64(wire.body),
    envelopes: wire.envelopes.map(({ deviceId, envelope }) => ({ deviceId, envelope: toBase64(envelope) })),
    ...(row.lifetimeSeconds !== undefined && { lifetimeSeconds: row.lifetimeSeconds }),
    ...(row.attachmentIds !== undefined && { attachmentIds: [...row.attachmentIds] }),
  });
}

/**
 * Fetches the lists whose version differs; the newest where the server shows an older one than ours.
 */
async function learnDelta(deps: Deps, { deviceListDelta }: ErrorDetails): Promise<void> {
  if (deviceListDelta === undefined) throw new SealError('INTERNAL', 'send: no delta');
  const newer: UserId[] = [];
  const doubtful: UserId[] = [];
  for (const { userId, version } of deviceListDelta.versions as readonly { userId: UserId; version: number }[]) {
    const known = (await deps.reader.get(ROWS.peer(userId)))?.known.list.version ?? 0;
    if (version > known) newer.push(userId);
    if (version < known) doubtful.push(userId);
  }
  if (newer.length > 0) await learnDeviceLists(deps, newer);
  if (doubtful.length > 0) await learnDeviceLists(deps, doubtful, 'newest');
}

/** Stores that the server has accepted a direct message: see `storeAccepted`. */
export async function storeSent(
  deps: Pick<Deps, 'now' | 'clock' | 'report'>,
  tx: DeviceTx,
  sent: { readonly key: RowKey<OutboxRow>; readonly messageId: MessageId },
  answer: SendAnswer,
): Promise<void> {
  const { key } = sent;
  expectReachable(await tx.get(ROWS.conversation(placeOf(key).conversationId)), answer.seq);
  const row = await storeAccepted(deps, tx, sent, answer);
  if (row?.wire == null) return;
  const { contentKey, bodyHash, envelopes, counter } = row.wire;
  const devices = envelopes.map(({ envelope: _sent, listVersions: _named, ...device }) => ({ ...device, retries: 0 }));
  const { seq, acceptedAt } = answer;
  const { conversationId } = placeOf(key);
  const { userId, device } = await activeAccount(tx);
  const stored = answer.bodyHash === undefined ? bodyHash : bytesOf(answer.bodyHash);
  // The server may have what a past sealed that this store forgot: no one can be given the key of that.
  if (isSame(stored, bodyHash)) tx.put(ROWS.sent(conversationId, seq), { contentKey, bodyHash, acceptedAt, devices });
  await noteAccepted(tx, conversationId, { counter, bodyHash }, stored);
  const { messageId } = row;
  const entry = { seq, messageId, senderUserId: userId, senderDeviceId: device.deviceId };
  await recordEntry(deps, tx, conversationId, messageEntry(entry, stored), null);
}
