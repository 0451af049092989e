import { openBody } from '@seal-chat/crypto';
import {
  SealError,
  WIRE_VERSION,
  decode,
  decodeEnvelope,
  keyMessageCodec,
  type Bytes,
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
 * Opens a message: the sender is a member, and its device stood on the signed list it names; the session opens the
 * envelope; the envelope's key opens the body, which says that it belongs here. The session's new state and the
 * deletion of used prekeys are put into the transaction, only after all of that is true.
 *
 * @throws SealError NOT_A_MEMBER, UNVERIFIED_DEVICE, IDENTITY_CHANGED; NO_SESSION without an envelope; and as
 *   `decryptEnvelope` and `openBody`. Nothing has been put into the transaction then.
 */
export async function openMessage(deps: CryptoDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<MessageBody> {
  const { now } = deps;
  const { conversationId, messageId, senderUserId, senderDeviceId } = incoming;
  const account = await activeAccount(tx);
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (!conversation?.members.some(({ userId }) => userId === senderUserId)) throw new SealError('NOT_A_MEMBER');
  if (incoming.envelope === null || isWithoutKey(incoming.envelope)) throw new SealError('NO_SESSION');

  const envelope = decodeEnvelope(incoming.envelope);
  const peer = await tx.get(ROWS.peer(senderUserId));
  const version = envelope.header.senderListVersion;
  const device = senderDevice(peer, { deviceId: senderDeviceId, version, now: now() });
  const opened = await openEnvelope(deps, tx, { account, senderUserId, device, conversationId, envelope });
  const keyMessage = decode(keyMessageCodec, opened.plaintext);
  const body = openBody({ sealed: incoming.body, keyMessage, expected: { messageId, conversationId } });

  opened.keep();
  return body;
}

/** What a sender leaves that could not make a session, as this device had published no prekeys. */
function isWithoutKey(envelope: Bytes): boolean {
  return envelope.length === 1 && envelope[0] === WIRE_VERSION;
}
