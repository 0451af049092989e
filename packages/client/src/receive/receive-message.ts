import { isSealError } from '@seal-chat/protocol';
import { applyContent } from '../content/apply-content.ts';
import type { IncomingMessage } from '../content/incoming.ts';
import { storeUndecryptable, storeEmptied } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { openMessage } from './open-message.ts';

type ReceiveDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'localNow' | 'clock' | 'report'>;

/**
 * Takes one message into the device, inside the transaction that also moves the mailbox position. What cannot be opened
 * is kept and shown with its cause; a duplicate is dropped in silence; neither holds up the messages behind it.
 *
 * @throws SealError STORAGE_FAILED, STORAGE_CONFLICT: the only failures that are not the message's own
 */
export async function receiveMessage(deps: ReceiveDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<void> {
  const existing = await tx.get(ROWS.message(incoming.conversationId, incoming.seq));
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  if (incoming.body.length === 0) return storeEmptied(deps, tx, incoming);
  try {
    await tx.attempt(async () => applyContent(deps, tx, incoming, await openMessage(deps, tx, incoming)));
  } catch (error) {
    if (isSealError(error, 'STORAGE_FAILED') || isSealError(error, 'STORAGE_CONFLICT')) throw error;
    if (isSealError(error, 'DUPLICATE_MESSAGE')) return;
    if (!isSealError(error)) deps.report(error);
    await storeUndecryptable(deps, tx, incoming, isSealError(error) ? error.code : 'INTERNAL');
  }
}
