import { encryptMessage } from '@seal-chat/crypto/mls';
import { sealBody } from '@seal-chat/crypto';
import {
  SealError,
  encode,
  idToBytes,
  isSealError,
  keyMessageCodec,
  toBase64,
  type ConversationId,
  type MessageBody,
} from '@seal-chat/protocol';
import type { SendAnswer } from '@seal-chat/protocol/api';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey, type WireMessage } from '../store/rows.ts';
import { catchUp, follow } from './catch-up.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { readGroup } from './group-cache.ts';
import { refreshChannel } from './learn-members.ts';
import { closeLog, openLog } from './log-work.ts';
import { identityOf, mlsDeps } from './mls-context.ts';
import { reconcile } from './reconcile.ts';
import { bytesOf, expectPlace } from '../api/answers.ts';
import { nextCount } from '../transcript/own-counter.ts';
import { messageEntry, recordEntry } from '../transcript/record.ts';
import { acceptOwn } from './accept-own.ts';

/** Each round the group has moved on; more than this and others change it faster than we can send. */
const MAX_ROUNDS = 10;

/** What came of preparing a message. */
type Preparation =
  | { readonly outcome: 'ready'; readonly row: OutboxRow; readonly wire: WireMessage }
  /** A device is in the group that must not be, or a new member is not known here as one. */
  | { readonly outcome: 'blocked' }
  /** No keys, or no order to send in. */
  | { readonly outcome: 'waiting' }
  | { readonly outcome: 'gone' };

/**
 * Sends one queued message of a channel, from whatever state an earlier attempt left it in: the body is sealed once;
 * its key is encrypted for the group as it is, and ratchets and bytes are committed before anything is sent. The server
 * takes it only in the present epoch and while no device has to be removed: told that it is not, the device catches up,
 * or takes them out, and encrypts the same body again, under the same message id.
 *
 * @param attempt how often this was tried before
 * @throws SealError, retryable or not; the message is still in the outbox
 */
export async function sendToChannel(deps: Deps, key: RowKey<OutboxRow>, attempt: number): Promise<void> {
  const { conversationId } = placeOf(key);
  // No member has let this device in meanwhile: it joins on its own.
  if (attempt > 0) await reconcile(deps, conversationId);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const prepared = await deps.transact((tx) => prepare(deps, tx, key, conversationId));
    if (prepared.outcome === 'gone') return;
    if (prepared.outcome === 'waiting') throw new SealError('UNAVAILABLE', 'channel: no keys yet');
    if (prepared.outcome === 'blocked') {
      // In a large channel members are not told of every new member.
      await refreshChannel(deps, conversationId);
      if (round > 0) await reconcile(deps, conversationId);
      continue;
    }
    try {
      const answer = await transmit(deps, conversationId, prepared.row, prepared.wire);
      expectPlace(answer);
      return await recordAccepted(deps, key, { ...prepared.row, wire: prepared.wire }, answer);
    } catch (error) {
      if (isSealError(error, 'REMOVE_PENDING')) await reconcile(deps, conversationId);
      else if (isSealError(error, 'EPOCH_STALE')) await catchUp(deps, conversationId);
      else throw error;
    }
  }
  throw new SealError('EPOCH_STALE', 'send: the channel keeps changing');
}

/** Makes the bytes of a queued message for the present epoch, unless they are those that were made before. */
async function prepare(
  deps: Deps,
  tx: DeviceTx,
  key: RowKey<OutboxRow>,
  conversationId: ConversationId,
): Promise<Preparation> {
  const row = await tx.get(key);
  if (row === null || row.failure !== null) return { outcome: 'gone' };
  const account = await activeAccount(tx);
  const channel = await tx.get(CHANNEL_ROWS.channel(conversationId));
  if (channel?.status === 'left') throw new SealError('NOT_A_MEMBER');
  const group = await readGroup(tx, conversationId);
  const ratchets = await tx.get(CHANNEL_ROWS.ratchets(conversationId));
  if (channel?.status !== 'joined' || channel.isStale || group === null || ratchets === null)
    return { outcome: 'waiting' };
  const conversation = await tx.get(ROWS.conversation(conversationId));
  const members = new Set(conversation?.members.map(({ userId }) => userId));
  if (!members.has(account.userId)) throw new SealError('NOT_A_MEMBER');
  // The server says the same, but it is our lists that say who may read.
  const isBlocked = channel.unlisted.length > 0 || group.leaves.some(({ userId }) => !members.has(userId));
  if (isBlocked) return { outcome: 'blocked' };

  const { incarnation, epoch } = group;
  if (row.wire?.group?.incarnation === incarnation && row.wire.group.epoch === epoch) {
    return { outcome: 'ready', row, wire: row.wire };
  }
  const { messageId, sentAt, content } = row;
  const sealed = row.wire ?? (await sealWire(deps, tx, { messageId, conversationId, sentAt, content }));
  const { body, counter, contentKey, bodyHash } = sealed;
  const { state, message: envelope } = await encryptMessage(mlsDeps(deps), {
    state: { epoch: group.state, ratchets },
    identity: identityOf(account),
    plaintext: encode(keyMessageCodec, { contentKey, bodyHash }),
    authenticatedData: idToBytes(messageId),
  });
  const wire: WireMessage = {
    body,
    counter,
    contentKey,
    bodyHash,
    deviceLists: [],
    envelopes: [],
    group: { incarnation, epoch, envelope },
  };
  tx.put(CHANNEL_ROWS.ratchets(conversationId), state.ratchets);
  tx.put(key, { ...row, wire });
  return { outcome: 'ready', row, wire };
}

async function sealWire(
  { rng }: Deps,
  tx: DeviceTx,
  body: Omit<MessageBody, 'counter' | 'context'>,
): Promise<Pick<WireMessage, 'body' | 'counter' | 'contentKey' | 'bodyHash'>> {
  const count = await nextCount(tx, body.conversationId);
  const { sealed, keyMessage } = sealBody({ ...body, ...count }, rng);
  return { body: sealed, counter: count.counter, ...keyMessage };
}

function transmit(
  { api }: Deps,
  conversationId: ConversationId,
  { messageId, lifetimeSeconds, attachmentIds }: OutboxRow,
  { body, group }: WireMessage,
): Promise<SendAnswer> {
  const { incarnation, epoch, envelope } = group!;
  return api.channels.send.mutate({
    conversationId,
    messageId,
    incarnation,
    epoch,
    body: toBase64(body),
    envelope: toBase64(envelope),
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
    ...(attachmentIds !== undefined && { attachmentIds: [...attachmentIds] }),
  });
}

/**
 * Accepted: at once where the log allows that, which is the rule, else when the log is read up to there.
 *
 * @throws SealError UNAVAILABLE when the log does not show what the server says to have accepted: it is sent again later
 */
async function recordAccepted(deps: Deps, key: RowKey<OutboxRow>, row: OutboxRow, answer: SendAnswer): Promise<void> {
  const { conversationId } = placeOf(key);
  if (await deps.transact((tx) => placeAccepted(deps, tx, conversationId, { row, answer }))) return;
  await follow(deps, conversationId, answer.seq);
  if ((await deps.reader.get(key))?.messageId === row.messageId)
    throw new SealError('UNAVAILABLE', 'send: the log does not show what was accepted');
}

/**
 * Gives an accepted message its place, where that is the next of the log, or before what this device has read: it was in
 * the channel when the message was stored, lost the answer, and came in again behind it.
 *
 * @returns false when the log has to be read first
 */
export async function placeAccepted(
  deps: Deps,
  tx: DeviceTx,
  conversationId: ConversationId,
  { row: { messageId, wire }, answer }: { readonly row: OutboxRow; readonly answer: SendAnswer },
): Promise<boolean> {
  const work = await openLog(deps, tx, conversationId);
  if (work === null) return true;
  const { seq, acceptedAt, bodyHash } = answer;
  const { processedSeq } = work.row;
  if (processedSeq < seq - 1) return false;
  const { userId, deviceId } = identityOf(work.account);
  const stored = bodyHash === undefined ? wire!.bodyHash : bytesOf(bodyHash);
  const entry = { seq, messageId, senderUserId: userId, senderDeviceId: deviceId, acceptedAt };
  await acceptOwn(work, entry, stored);
  if (processedSeq >= seq) return true;
  await recordEntry(deps, tx, conversationId, messageEntry(entry, stored), null);
  await closeLog({ ...work, row: { ...work.row, processedSeq: seq } }, work);
  return true;
}
