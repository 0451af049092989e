import { decryptEnvelope, neededPreKeys, openBody, privatePreKeyCodec, type ConsumedPreKeys } from '@seal-chat/crypto';
import {
  SealError,
  WIRE_VERSION,
  decode,
  decodeEnvelope,
  encode,
  keyMessageCodec,
  type Bytes,
  type EnvelopeHeader,
  type MessageBody,
} from '@seal-chat/protocol';
import type { IncomingMessage } from '../content/incoming.ts';
import type { CryptoDeps } from '../context/deps.ts';
import { senderDevice } from '../peers/sender-device.ts';
import { loadSessions, partiesOf, storeSessions } from '../peers/sessions.ts';
import { findPreKeys } from '../prekeys/find.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Opens a message: the sender is a member, and its device stood on the signed list it names, or is on the one known here; the session opens the
 * envelope; the envelope's key opens the body, which says that it belongs here. The session's new state and the
 * deletion of used prekeys are put into the transaction, only after all of that is true.
 *
 * @param onKey is told what an envelope says once it is open, whatever the server gave as body
 * @throws SealError NOT_A_MEMBER, UNVERIFIED_DEVICE, IDENTITY_CHANGED; NO_SESSION without an envelope; and as
 *   `decryptEnvelope` and `openBody`. Nothing has been put into the transaction then.
 */
export async function openMessage(
  deps: CryptoDeps,
  tx: DeviceTx,
  incoming: IncomingMessage,
  onKey: (key: OpenedKey) => void,
): Promise<MessageBody> {
  const { curves, rng, now, localNow } = deps;
  const { conversationId, messageId, senderUserId, senderDeviceId } = incoming;
  const account = await activeAccount(tx);
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (!conversation?.members.some(({ userId }) => userId === senderUserId)) throw new SealError('NOT_A_MEMBER');
  if (incoming.envelope === null || isWithoutKey(incoming.envelope)) throw new SealError('NO_SESSION');

  const envelope = decodeEnvelope(incoming.envelope);
  const peer = await tx.get(ROWS.peer(senderUserId));
  // A list that the server does not show was asked for before. A device of the list that is known here is known by its
  // key, whatever it says: the message tells of the newer list (`list-versions.ts`).
  const version = Math.min(envelope.header.senderListVersion, peer?.known.list.version ?? 0);
  const device = senderDevice(peer, { deviceId: senderDeviceId, version, now: now() });
  const sender = { userId: senderUserId, deviceId: senderDeviceId };
  const record = await loadSessions(tx, sender);
  const decrypted = await decryptEnvelope({
    curves,
    kem: await deps.kem(),
    rng,
    parties: partiesOf(account, senderUserId, device),
    record,
    conversationId,
    envelope,
    preKeys: await findPreKeys(tx, neededPreKeys(record, envelope)),
    now: now(),
    localNow: localNow(),
  });
  const keyMessage = decode(keyMessageCodec, decrypted.plaintext);
  onKey({ bodyHash: keyMessage.bodyHash, header: envelope.header });
  const body = openBody({ sealed: incoming.body, keyMessage, expected: { messageId, conversationId } });

  storeSessions(tx, sender, record, decrypted.record);
  removeConsumed(tx, decrypted.consumed);
  return body;
}

/** What an opened envelope says besides the content key. */
export interface OpenedKey {
  /** SHA-256 of the body that was sent. */
  readonly bodyHash: Bytes;
  readonly header: EnvelopeHeader;
}

/** What a sender leaves that could not make a session, as this device had published no prekeys. */
function isWithoutKey(envelope: Bytes): boolean {
  return envelope.length === 1 && envelope[0] === WIRE_VERSION;
}

function removeConsumed(tx: DeviceTx, { deleted, updated }: ConsumedPreKeys): void {
  for (const { kind, keyId } of deleted) tx.delete(ROWS.preKey(kind, keyId));
  if (updated !== null) tx.put(ROWS.preKey(updated.kind, updated.keyId), encode(privatePreKeyCodec, updated));
}
