import { sha256 } from '@seal-chat/crypto';
import { SealError, isSealError, type Bytes, type MessageBody } from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import { applyContent } from '../content/apply-content.ts';
import type { IncomingMessage } from '../content/incoming.ts';
import { storeUndecryptable, storeEmptied } from '../content/store-received.ts';
import { expectReachable } from '../conversations/conversation-rows.ts';
import type { Deps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { messageEntry, recordEntry } from '../transcript/record.ts';
import { checkListVersions } from './list-versions.ts';
import { openMessage, type OpenedKey } from './open-message.ts';
import { noteRatchet } from './skipped.ts';

type ReceiveDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'localNow' | 'clock' | 'judge' | 'report'>;

/**
 * Takes one message into the device, inside the transaction that also moves the mailbox position. What cannot be opened
 * is kept and shown with its cause; a duplicate is dropped in silence; neither holds up the messages behind it.
 *
 * @throws everything that is no refusal of this message (`context/refusals.ts`): the caller's transaction is over, and
 *   the message comes again
 */
export async function receiveMessage(deps: ReceiveDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<void> {
  const conversation = await tx.get(ROWS.conversation(incoming.conversationId));
  // What is said in a channel is signed in its group: an envelope for one device is no part of it.
  if (conversation?.kind === 'channel') throw new SealError('MALFORMED', 'message: for a channel');
  if (conversation !== null) expectReachable(conversation, incoming.seq);
  const key = ROWS.message(incoming.conversationId, incoming.seq);
  const existing = await tx.get(key);
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  let said: OpenedKey | null = null;
  const onKey = (opened: OpenedKey): void => void (said = opened);
  let body: MessageBody | null = null;
  try {
    if (incoming.body.length === 0) await storeEmptied(deps, tx, incoming);
    else
      body = await tx.attempt(async () => {
        const made = await openMessage(deps, tx, incoming, onKey);
        await applyContent(deps, tx, incoming, made);
        return made;
      });
  } catch (error) {
    if (isSealError(error, 'DUPLICATE_MESSAGE')) return;
    const cause = deps.judge.verdict(error, key);
    if (cause === null) throw toSealError(error);
    await storeUndecryptable(deps, tx, incoming, cause);
  }
  const opened = said as OpenedKey | null;
  const entry = messageEntry(incoming, opened?.bodyHash ?? hashOf(incoming));
  if (body === null || opened === null) return recordEntry(deps, tx, incoming.conversationId, entry, null);
  const { conversationId, senderUserId: userId, senderDeviceId: deviceId } = incoming;
  const isAfterSkipped = await noteRatchet(tx, conversationId, { userId, deviceId }, opened.header.ratchet);
  await recordEntry(deps, tx, conversationId, entry, { ...body, isAfterSkipped });
  await checkListVersions(deps, tx, incoming, { header: opened.header, body });
}

/** What the server says of the body: all there is to count a message by that cannot be opened. */
function hashOf({ body, bodyHash }: IncomingMessage): Bytes {
  if (body.length > 0) return sha256(body);
  return bodyHash?.length === HASH_LENGTH ? bodyHash : new Uint8Array(HASH_LENGTH);
}

const HASH_LENGTH = 32;
