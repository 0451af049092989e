import { isSealError, type ErrorCode, type MessageBody } from '@seal-chat/protocol';
import { isUnreadContent, moveReadPosition, withMessage, withProgress } from '../conversations/conversation-rows.ts';
import { activeAccount, type Deps } from '../deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type ConversationRow, type MessageRow } from '../store/rows.ts';
import type { IncomingMessage } from './incoming.ts';
import { openMessage } from './open-message.ts';

type ReceiveDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'report'>;

/** Causes that a new session with the sender cures: it is asked for one (Sesame §4.3). */
const CURED_BY_SENDER: ReadonlySet<ErrorCode> = new Set([
  'NO_SESSION',
  'UNKNOWN_PREKEY',
  'UNDECRYPTABLE',
  'TOO_FAR_AHEAD',
  'MALFORMED',
  'LOW_ORDER_KEY',
]);
/** Causes that may go away here: a device list arrives, the person accepts an identity, Seal is updated. */
export const CURED_HERE: ReadonlySet<ErrorCode> = new Set([
  'UNVERIFIED_DEVICE',
  'IDENTITY_CHANGED',
  'NOT_A_MEMBER',
  'UNSUPPORTED_VERSION',
]);

/**
 * Takes one message into the device, inside the transaction that also moves the mailbox cursor. What cannot be opened
 * is kept and shown with its cause; a duplicate is dropped in silence; neither holds up the messages behind it.
 *
 * @throws SealError STORAGE_FAILED, STORAGE_CONFLICT: the only failures that are not the message's own
 */
export async function receiveMessage(deps: ReceiveDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<void> {
  const { conversationId, seq } = incoming;
  const existing = await tx.get(ROWS.message(conversationId, seq));
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  try {
    await tx.attempt(async () => storeOpened(tx, incoming, await openMessage(deps, tx, incoming), existing));
  } catch (error) {
    if (isSealError(error, 'STORAGE_FAILED') || isSealError(error, 'STORAGE_CONFLICT')) throw error;
    if (isSealError(error, 'DUPLICATE_MESSAGE')) return;
    if (!isSealError(error)) deps.report(error);
    await storeUnopened(deps, tx, incoming, isSealError(error) ? error.code : 'INTERNAL');
  }
}

async function storeOpened(
  tx: DeviceTx,
  incoming: IncomingMessage,
  { content, sentAt }: MessageBody,
  existing: MessageRow | null,
): Promise<void> {
  const { conversationId, seq, senderUserId, acceptedAt } = incoming;
  const { userId } = await activeAccount(tx);
  const key = ROWS.message(conversationId, seq);
  if (existing !== null) tx.delete(ROWS.unopened(conversationId, seq));
  if (content.kind === 'read') {
    tx.delete(key);
    await update(tx, incoming, (row) => withMessage(row, { seq, acceptedAt, isShown: false }));
    const readSeq = Math.min(content.upToSeq, seq);
    if (senderUserId === userId) {
      await moveReadPosition(tx, { conversationId, seq: readSeq, ownUserId: userId, isAnnounced: true });
    } else await update(tx, incoming, (row) => withProgress(row, senderUserId, { readSeq }));
    return;
  }
  tx.put(key, rowOf(incoming, sentAt, content.kind === 'text' ? content : { kind: 'unsupported' }));
  tx.announce({ type: existing === null ? 'arrived' : 'changed', conversationId, seq });
  await update(tx, incoming, (row) => {
    const isUnread = senderUserId !== userId && seq > row.readSeq && isUnreadContent(content);
    return {
      ...withMessage(row, { seq, acceptedAt, isShown: true }),
      unreadCount: row.unreadCount + (isUnread ? 1 : 0),
    };
  });
}

async function storeUnopened(
  { now }: ReceiveDeps,
  tx: DeviceTx,
  incoming: IncomingMessage,
  cause: ErrorCode,
): Promise<void> {
  const { conversationId, seq, acceptedAt, envelope, body, senderDeviceId } = incoming;
  const { device } = await activeAccount(tx);
  // What this device has sent itself and forgotten, nobody else has a key for it.
  const isOwn = senderDeviceId === device.deviceId;
  const key = ROWS.unopened(conversationId, seq);
  const before = await tx.get(key);
  const isFirst = before === null;
  const canAsk = !isOwn && CURED_BY_SENDER.has(cause) && (isFirst || before.nextRequestAt !== null);
  tx.put(key, {
    envelope,
    body,
    requests: before?.requests ?? 0,
    nextRequestAt: canAsk ? (before?.nextRequestAt ?? now()) : null,
  });
  const isRetrying = canAsk || (!isOwn && CURED_HERE.has(cause));
  tx.put(ROWS.message(conversationId, seq), rowOf(incoming, acceptedAt, { kind: 'undecryptable', cause, isRetrying }));
  tx.announce({ type: isFirst ? 'arrived' : 'changed', conversationId, seq });
  await update(tx, incoming, (row) => withMessage(row, { seq, acceptedAt, isShown: true }));
}

function rowOf(incoming: IncomingMessage, sentAt: number, content: MessageRow['content']): MessageRow {
  const { messageId, senderUserId, senderDeviceId, acceptedAt } = incoming;
  return { messageId, senderUserId, senderDeviceId, sentAt, acceptedAt, content };
}

async function update(
  tx: DeviceTx,
  { conversationId }: IncomingMessage,
  change: (row: ConversationRow) => ConversationRow,
): Promise<void> {
  const row = await tx.get(ROWS.conversation(conversationId));
  if (row !== null) tx.put(ROWS.conversation(conversationId), change(row));
}
