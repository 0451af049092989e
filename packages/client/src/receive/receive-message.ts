import { isSealError } from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import { applyContent } from '../content/apply-content.ts';
import type { IncomingMessage } from '../content/incoming.ts';
import { storeUndecryptable, storeEmptied } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { openMessage } from './open-message.ts';

type ReceiveDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'judge'>;

/**
 * Takes one message into the device, inside the transaction that also moves the mailbox position. What cannot be opened
 * is kept and shown with its cause; a duplicate is dropped in silence; neither holds up the messages behind it.
 *
 * @throws everything that is no refusal of this message (`context/refusals.ts`): the caller's transaction is over, and
 *   the message comes again
 */
export async function receiveMessage(deps: ReceiveDeps, tx: DeviceTx, incoming: IncomingMessage): Promise<void> {
  const key = ROWS.message(incoming.conversationId, incoming.seq);
  const existing = await tx.get(key);
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  if (incoming.body.length === 0) return storeEmptied(deps, tx, incoming);
  try {
    await tx.attempt(async () => applyContent(deps, tx, incoming, await openMessage(deps, tx, incoming)));
  } catch (error) {
    if (isSealError(error, 'DUPLICATE_MESSAGE')) return;
    const cause = deps.judge.verdict(error, key);
    if (cause === null) throw toSealError(error);
    await storeUndecryptable(deps, tx, incoming, cause);
  }
}
