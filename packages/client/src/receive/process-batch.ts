import { SealError, decodeEnvelope, isSealError, type UserId } from '@seal-chat/protocol';
import type { MailboxEvent, StoredMessage } from '@seal-chat/protocol/api';
import { expectCount, expectIds } from '../api/answers.ts';
import { learnConversations } from '../conversations/conversation-rows.ts';
import type { Deps } from '../context/deps.ts';
import { learnDeviceLists, learnPast } from '../peers/device-lists.ts';
import { senderDevice } from '../peers/sender-device.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { incomingOf } from '../content/incoming.ts';
import { noteWelcome } from './note-welcome.ts';
import { receiveMessage } from './receive-message.ts';

/** Mailbox events that share one transaction: a strict commit costs milliseconds, whatever is in it. */
const EVENTS_PER_COMMIT = 50;

/**
 * Takes mailbox events into the device, in their order: an event changes the device in the same commit that moves the
 * position to it. What is needed to judge them is fetched before, outside of the lock. One that comes again changes
 * nothing: its message is there, or its session says that it is a duplicate. Positions are not asked, as a server that
 * was restored from a backup gives them out a second time.
 *
 * @returns the position; everything up to it may be acknowledged
 * @throws SealError when the network or the store fails; what was committed before stays
 */
export async function processBatch(deps: Deps, events: readonly MailboxEvent[]): Promise<number> {
  let position = 0;
  for (let at = 0; at < events.length; at += EVENTS_PER_COMMIT) {
    const part = events.slice(at, at + EVENTS_PER_COMMIT);
    await learnSenders(
      deps,
      part.filter((event) => event.type === 'message'),
    );
    position = await deps.transact((tx) => takeEvents(deps, tx, part));
  }
  return position;
}

async function takeEvents(deps: Deps, tx: DeviceTx, events: readonly MailboxEvent[]): Promise<number> {
  let position = 0;
  for (const event of events) {
    try {
      expectCount(event.position);
      ({ position } = event);
      if (event.type === 'message') await receiveMessage(deps, tx, incomingOf(event, event.envelope));
      else if (event.type === 'retry-request') noteRetryRequest(deps, tx, event);
      else if (event.type === 'welcome') noteWelcome(tx, event);
    } catch (error) {
      // Not even the outside is in order: there is nothing to keep, and it must not hold up what follows.
      if (!isSealError(error, 'MALFORMED')) throw error;
      deps.report(error);
    }
  }
  tx.put(ROWS.mailboxPosition, position);
  return position;
}

function noteRetryRequest(
  { now }: Deps,
  tx: DeviceTx,
  { conversationId, seq, userId, deviceId }: MailboxEvent & { type: 'retry-request' },
): void {
  expectIds(conversationId, userId, deviceId);
  expectCount(seq);
  const row = { conversationId, seq, userId, deviceId, envelope: null, notBefore: now() };
  tx.put(ROWS.answer(conversationId, seq, deviceId), row);
}

/** A message as the server gives it out; without an envelope where that is no longer in the mailbox. */
type SentMessage = StoredMessage & { readonly envelope: string | null };

/**
 * Fetches what judging the messages takes and this device does not have yet: conversations, device lists, the code of the
 * KEM. None of it is fetched under the device lock.
 */
export async function learnSenders(deps: Deps, messages: readonly SentMessage[]): Promise<void> {
  if (messages.length > 0) await deps.kem();
  // Messages of one that is rejected are kept and not shown: they belong to no conversation that this device knows.
  await learnConversations(deps, new Set(messages.map(({ conversationId }) => conversationId)));
  const newer = [...(await unverified(deps, messages)).keys()];
  if (newer.length > 0) await learnDeviceLists(deps, newer).catch(passNetworkOnly);
  else return;
  // What was sent before the list was first seen may be of a device that has left since.
  for (const [userId, version] of await unverified(deps, messages)) {
    await learnPast(deps, userId, version).catch(passNetworkOnly);
  }
  // Still not: the server may have another chain than the one that was seen. Then the message says why it is not shown.
  const doubtful = [...(await unverified(deps, messages)).keys()];
  if (doubtful.length > 0) await learnDeviceLists(deps, doubtful, 'newest').catch(passNetworkOnly);
}

/** People whose stored list does not vouch for a device that sent one of the messages, with the version it names. */
async function unverified(
  { reader, now }: Deps,
  messages: readonly SentMessage[],
): Promise<ReadonlyMap<UserId, number>> {
  const users = new Map<UserId, number>();
  for (const message of messages) {
    const { senderUserId, senderDeviceId } = message;
    if (users.has(senderUserId) || message.envelope === null) continue;
    let version = 0;
    try {
      ({ senderListVersion: version } = decodeEnvelope(incomingOf(message, message.envelope).envelope!).header);
      senderDevice(await reader.get(ROWS.peer(senderUserId)), { deviceId: senderDeviceId, version, now: now() });
    } catch (error) {
      if (isSealError(error, 'UNVERIFIED_DEVICE')) users.set(senderUserId, version);
    }
  }
  return users;
}

/** A list that does not verify is the affair of the messages it was fetched for; no answer at all stops the batch. */
function passNetworkOnly(error: unknown): void {
  if (isSealError(error, 'DEVICE_REVOKED') || !(error instanceof SealError) || error.isRetryable) throw error;
}
