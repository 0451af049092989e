import { isSealError } from '@seal-chat/protocol';
import { incomingOf, type IncomingMessage } from '../content/incoming.ts';
import { CURED_HERE } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import type { DeviceTx, FoundRow } from '../store/device-tx.ts';
import { ROWS, placeOf, type MessageRow, type UndecryptableRow } from '../store/rows.ts';
import { receiveMessage } from './receive-message.ts';

const HOUR_MS = 60 * 60 * 1000;
/** How long to wait for an answer after each request for a message; after the last of them there is no further one. */
const REQUEST_DELAYS_MS = [HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS];
/** After this many requests for one message the keys others start sessions with are suspected. */
const SUSPECT_PREKEYS_AFTER = 2;

/**
 * Tries again to open what could not be opened for a reason that may have gone away here: called when device lists
 * arrived, an identity was accepted, and at the start.
 */
export async function reopenMessages(deps: Deps): Promise<void> {
  const undecryptable = await deps.reader.list(ROWS.allUndecryptable);
  if (undecryptable.length > 0) await deps.kem();
  for (const found of undecryptable) {
    const opening = deps.transact(async (tx) => {
      const incoming = await incomingAgain(tx, found);
      if (incoming !== null) await receiveMessage(deps, tx, incoming);
    });
    await opening.catch((error: unknown) => {
      // One that meets a defect stays as it is, and does not keep the others from being opened.
      if (isSealError(error) && error.code !== 'INTERNAL') throw error;
    });
  }
}

/**
 * Fetches messages again whose body was not the one that was sent: on the way to this device it may have been spoilt,
 * or a server lied then and does not now. The key is unused, as nothing of such a message is taken in.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function refetchSpoilt(deps: Deps): Promise<void> {
  for (const { key } of await deps.reader.list(ROWS.allUndecryptable)) await refetch(deps, key);
}

async function refetch(deps: Deps, key: FoundRow<UndecryptableRow>['key']): Promise<void> {
  const { conversationId, seq } = placeOf(key);
  const { content } = (await deps.reader.get(ROWS.message(conversationId, seq))) ?? {};
  if (content?.kind !== 'undecryptable' || content.cause !== 'BODY_MISMATCH') return;
  const conversation = await deps.reader.get(ROWS.conversation(conversationId));
  // A channel's log is read again by `channels/undecryptable.ts`.
  if (conversation === null || conversation.kind === 'channel') return;
  const { messages } = await deps.api.messages.history.query({ conversationId, before: seq + 1, limit: 1 });
  const stored = messages.find((shown) => shown.seq === seq && shown.conversationId === conversationId);
  if (stored === undefined) return;
  await deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row !== null) await receiveMessage(deps, tx, { ...incomingOf(stored, null), envelope: row.envelope });
  });
}

async function incomingAgain(tx: DeviceTx, { key }: FoundRow<UndecryptableRow>): Promise<IncomingMessage | null> {
  const { conversationId, seq } = placeOf(key);
  const undecryptable = await tx.get(key);
  const message = await tx.get(ROWS.message(conversationId, seq));
  if (undecryptable === null || message?.content.kind !== 'undecryptable') return null;
  if (!CURED_HERE.has(message.content.cause)) return null;
  const { messageId, senderUserId, senderDeviceId, acceptedAt } = message;
  const { envelope, body } = undecryptable;
  const place = { conversationId, seq, messageId, senderUserId, senderDeviceId, acceptedAt };
  return { ...place, envelope, body, bodyHash: null };
}

/**
 * Asks the senders of messages that could not be opened to send their keys again: at once, after an hour, half a day
 * and two days, then no more.
 *
 * @returns when to look again, ms; null when nothing waits
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function requestRetries(deps: Deps): Promise<number | null> {
  let next: number | null = null;
  for (const { key, value } of await deps.reader.list(ROWS.allUndecryptable)) {
    if (value.nextRequestAt === null) continue;
    // A person who is blocked is asked for nothing.
    if ((await deps.reader.get(ROWS.conversation(placeOf(key).conversationId)))?.isBlocked) continue;
    const at = value.nextRequestAt <= deps.now() ? await requestOne(deps, key, value) : value.nextRequestAt;
    if (at !== null) next = Math.min(next ?? at, at);
  }
  return next;
}

async function requestOne(
  deps: Deps,
  key: FoundRow<UndecryptableRow>['key'],
  { requests }: UndecryptableRow,
): Promise<number | null> {
  const { conversationId, seq } = placeOf(key);
  await refetch(deps, key);
  if ((await deps.reader.get(key)) === null) return null;
  // New sessions keep failing: what they are made from must be wrong.
  if (requests === SUSPECT_PREKEYS_AFTER) await maintainPreKeys(deps, { renewAll: true });
  let isHopeless = false;
  try {
    await deps.api.messages.requestRetry.mutate({ conversationId, seq });
  } catch (error) {
    if (!isSealError(error) || error.isRetryable) throw error;
    isHopeless = true;
  }
  return deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row === null) return null;
    const delay = REQUEST_DELAYS_MS[requests];
    const nextRequestAt = isHopeless || delay === undefined ? null : deps.now() + delay;
    tx.put(key, { ...row, requests: requests + 1, nextRequestAt });
    if (nextRequestAt === null) await giveUp(tx, key);
    return nextRequestAt;
  });
}

/** The message says from now on that nothing more is being tried. */
async function giveUp(tx: DeviceTx, key: string): Promise<void> {
  const { conversationId, seq } = placeOf(key);
  const messageKey = ROWS.message(conversationId, seq);
  const message: MessageRow | null = await tx.get(messageKey);
  if (message?.content.kind !== 'undecryptable') return;
  tx.put(messageKey, { ...message, content: { ...message.content, isRetrying: false } });
  tx.announce({ type: 'changed', conversationId, seq });
}
