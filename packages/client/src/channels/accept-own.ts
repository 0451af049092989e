import type { Bytes } from '@seal-chat/protocol';
import { storeAccepted } from '../content/store-received.ts';
import { findQueued } from '../store/find-queued.ts';
import { ROWS, type OutboxRow } from '../store/rows.ts';
import { isSame } from '../transcript/chain.ts';
import { noteAccepted } from '../transcript/own-counter.ts';
import { keepKey } from './keep-key.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogWork } from './log-work.ts';

/** Where the server put a message of this device. */
type OwnEntry = Pick<
  Extract<LogEntry, { kind: 'message' }>,
  'seq' | 'messageId' | 'senderUserId' | 'senderDeviceId' | 'acceptedAt'
>;

/**
 * Gives a message of this device its place in the log: it leaves the outbox, and does what it says. The log alone
 * decides that, so that a lost answer, a crash and a tab that was quicker are all the same.
 *
 * @param stored SHA-256 of the body that the log has
 * @returns false when this device knows of no such message
 */
export async function acceptOwn(
  { deps, tx, conversationId }: Pick<LogWork, 'deps' | 'tx' | 'conversationId'>,
  entry: OwnEntry,
  stored: Bytes,
): Promise<boolean> {
  const { seq, messageId, senderUserId, senderDeviceId } = entry;
  const isIt = (row: OutboxRow): boolean => row.messageId === messageId && row.wire !== null;
  const found = await findQueued(tx, conversationId, isIt);
  if (found === null) return (await tx.get(ROWS.message(conversationId, seq)))?.messageId === messageId;
  const row = await storeAccepted(deps, tx, { key: found.key, messageId }, entry);
  if (row?.wire == null) return false;
  const { contentKey, bodyHash, counter } = row.wire;
  await noteAccepted(tx, conversationId, { counter, bodyHash }, stored);
  // The log has what a past sealed that this store forgot: the key of that is not here.
  if (!isSame(stored, bodyHash)) return true;
  await keepKey(
    tx,
    conversationId,
    { seq, messageId, senderUserId, senderDeviceId, contentKey, bodyHash },
    row.content,
  );
  return true;
}
