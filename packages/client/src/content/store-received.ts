import type { ConversationId, ErrorCode, MessageId } from '@seal-chat/protocol';
import type { SendAnswer } from '@seal-chat/protocol/api';
import { withMessage } from '../conversations/progress.ts';
import { activeAccount } from '../store/account.ts';
import { type TimeDeps } from '../context/deps.ts';
import type { IncomingMessage } from './incoming.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type MessageRow, type OutboxRow, type RowKey } from '../store/rows.ts';
import { applyContent } from './apply-content.ts';
import { inConversation, putMessage } from './applying.ts';
import { applyWaiting, takeBack } from './changes.ts';
import { isDropped, isErased } from './dropped.ts';
import { requote } from './requote.ts';
import { acceptedState, richContentOf, withUnsent } from './unsent.ts';

/** What becomes of messages, opened or not. Loaded when a device begins to receive and send. */
export { applyContent };

/** Causes that a new session with the sender cures: it is asked for one (Sesame §4.3). */
const CURED_BY_SENDER: ReadonlySet<ErrorCode> = new Set([
  'NO_SESSION',
  'UNKNOWN_PREKEY',
  'UNDECRYPTABLE',
  'TOO_FAR_AHEAD',
  'MALFORMED',
  'LOW_ORDER_KEY',
  // The server's copy is fetched again first: the body may have been spoilt on the way.
  'BODY_MISMATCH',
]);
/**
 * Causes that may go away here: a device list arrives, the person accepts an identity, Seal is updated. INTERNAL is a
 * defect of this device, and says nothing of the message.
 */
export const CURED_HERE: ReadonlySet<ErrorCode> = new Set([
  'UNVERIFIED_DEVICE',
  'IDENTITY_CHANGED',
  'NOT_A_MEMBER',
  'UNSUPPORTED_VERSION',
  'INTERNAL',
]);

/** Keeps a message that could not be opened, so that it can be later, and shows it with its cause. */
export async function storeUndecryptable(
  deps: TimeDeps,
  tx: DeviceTx,
  incoming: IncomingMessage,
  cause: ErrorCode,
): Promise<void> {
  const { conversationId, seq, acceptedAt, envelope, body, senderDeviceId } = incoming;
  const { device, userId: ownUserId } = await activeAccount(tx);
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (
    conversation !== null &&
    (isDropped({ row: conversation, ownUserId }, incoming) || (await isErased(tx, incoming)))
  ) {
    tx.put(ROWS.conversation(conversationId), withMessage(conversation, { seq, acceptedAt, isShown: false }));
    return;
  }
  // What this device has sent and forgotten: no other device has a key for it.
  const isOwn = senderDeviceId === device.deviceId;
  const key = ROWS.undecryptable(conversationId, seq);
  const before = await tx.get(key);
  const isFirst = before === null;
  const canAsk = !isOwn && CURED_BY_SENDER.has(cause) && (isFirst || before.nextRequestAt !== null);
  tx.put(key, {
    envelope,
    body,
    requests: before?.requests ?? 0,
    nextRequestAt: canAsk ? (before?.nextRequestAt ?? deps.now()) : null,
  });
  const isRetrying = canAsk || (!isOwn && CURED_HERE.has(cause));
  tx.put(ROWS.message(conversationId, seq), rowOf(incoming, { kind: 'undecryptable', cause, isRetrying }));
  tx.announce({ type: isFirst ? 'arrived' : 'changed', conversationId, seq });
  await inConversation(deps, tx, conversationId, async (applying) => {
    applying.row = withMessage(applying.row, { seq, acceptedAt, isShown: true });
    // It may have been taken back before it came.
    await applyWaiting(applying, seq);
  });
}

/** The server has the message's place and no longer what it said: it was taken back, or its time is over. */
export async function storeEmptied(deps: TimeDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<void> {
  const { conversationId, seq, acceptedAt } = incoming;
  const existing = await tx.get(ROWS.message(conversationId, seq));
  await inConversation(deps, tx, conversationId, async (applying) => {
    const isShown = !isDropped(applying, incoming) && !(await isErased(tx, incoming));
    applying.row = withMessage(applying.row, { seq, acceptedAt, isShown });
    if (!isShown) return;
    if (existing !== null) await takeBack(applying, seq, existing, false);
    else {
      putMessage(applying, seq, null, rowOf(incoming, { kind: 'deleted', isConfirmed: false }));
      tx.announce({ type: 'arrived', conversationId, seq });
      await requote(tx, conversationId, seq);
    }
    await applyWaiting(applying, seq);
  });
}

/** The server says that a body was deleted. What this device has read, only those who said it take back. */
export async function forgetUndecryptable(
  deps: TimeDeps,
  tx: DeviceTx,
  conversationId: ConversationId,
  seq: number,
): Promise<void> {
  const message = await tx.get(ROWS.message(conversationId, seq));
  if (message?.content.kind !== 'undecryptable') return;
  await inConversation(deps, tx, conversationId, (applying) => takeBack(applying, seq, message, false));
}

function rowOf(incoming: IncomingMessage, content: MessageRow['content']): MessageRow {
  const { messageId, senderUserId, senderDeviceId, acceptedAt } = incoming;
  return { messageId, senderUserId, senderDeviceId, sentAt: acceptedAt, acceptedAt, content };
}

/**
 * Stores that the server has accepted a message of this device: it leaves the outbox and takes its place, in one
 * commit.
 *
 * @param sent.messageId of what was sent: its place in the queue may be another message's by now
 * @returns the row as it was queued; null when another tab has done this
 */
export async function storeAccepted(
  deps: TimeDeps,
  tx: DeviceTx,
  { key, messageId }: { readonly key: RowKey<OutboxRow>; readonly messageId: MessageId },
  { seq, acceptedAt }: SendAnswer,
): Promise<OutboxRow | null> {
  const row = await tx.get(key);
  if (row?.wire == null || row.messageId !== messageId) return null;
  const { conversationId } = placeOf(key);
  const { userId, device } = await activeAccount(tx);
  tx.delete(key);
  const place = { conversationId, seq, messageId, acceptedAt, senderUserId: userId, senderDeviceId: device.deviceId };
  await applyContent(deps, tx, place, row);
  return row;
}

/**
 * Drops a body of this device that is not shown and cannot be sent: what it seemed to change is as it was. A deletion
 * stays queued, as it can be sent once the person has accepted who the other one is (`reviveHeldUp`).
 */
export async function dropUnsent(
  deps: TimeDeps,
  tx: DeviceTx,
  key: RowKey<OutboxRow>,
  failure: ErrorCode,
): Promise<void> {
  const row = await tx.get(key);
  if (row === null) return;
  const content = richContentOf(row);
  if (content?.kind === 'delete' && failure === 'IDENTITY_CHANGED') return tx.put(key, { ...row, failure });
  tx.delete(key);
  if (content?.kind !== 'edit' && content?.kind !== 'reaction') return;
  const { conversationId } = placeOf(key);
  const { seq } = content.target;
  const target = await tx.get(ROWS.message(conversationId, seq));
  if (target === null) return;
  await inConversation(deps, tx, conversationId, async (applying) => {
    putMessage(applying, seq, target, await withUnsent(applying, seq, acceptedState(target)));
    if (content.kind === 'edit') await requote(tx, conversationId, seq);
  });
}
