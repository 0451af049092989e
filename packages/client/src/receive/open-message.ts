import { openBody } from '@seal-chat/crypto';
import {
  SealError,
  WIRE_VERSION,
  decode,
  decodeEnvelope,
  keyMessageCodec,
  type Bytes,
  type EnvelopeHeader,
  type MessageBody,
} from '@seal-chat/protocol';
import type { IncomingMessage } from '../content/incoming.ts';
import type { CryptoDeps } from '../context/deps.ts';
import { senderDevice } from '../peers/sender-device.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { openEnvelope } from './open-envelope.ts';

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
  const { now } = deps;
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
  const opened = await openEnvelope(deps, tx, { account, senderUserId, device, conversationId, envelope });
  const keyMessage = decode(keyMessageCodec, opened.plaintext);
  onKey({ bodyHash: keyMessage.bodyHash, header: envelope.header });
  const body = openBody({ sealed: incoming.body, keyMessage, expected: { messageId, conversationId } });

  opened.keep();
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
