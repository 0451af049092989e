import { isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type * as contentModule from '../content/store-received.ts';
import { loadCode } from '../context/load-code.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import type { IncomingMessage } from '../content/incoming.ts';
import { openMessage } from './open-message.ts';

type ReceiveDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'report'>;

/** What becomes of messages. Has to be there before a transaction begins. */
export type ContentCode = typeof contentModule;

/** @throws SealError OFFLINE */
export const contentCode = (): Promise<ContentCode> => loadCode(() => import('../content/store-received.ts'));

/**
 * Takes one message into the device, inside the transaction that also moves the mailbox cursor. What cannot be opened
 * is kept and shown with its cause; a duplicate is dropped in silence; neither holds up the messages behind it.
 *
 * @throws SealError STORAGE_FAILED, STORAGE_CONFLICT: the only failures that are not the message's own
 */
export async function receiveMessage(
  deps: ReceiveDeps,
  tx: DeviceTx,
  incoming: IncomingMessage,
  code: ContentCode,
): Promise<void> {
  const existing = await tx.get(ROWS.message(incoming.conversationId, incoming.seq));
  if (existing !== null && existing.content.kind !== 'undecryptable') return;
  if (incoming.body.length === 0) return code.storeEmptied(deps, tx, incoming);
  try {
    await tx.attempt(async () => code.applyContent(deps, tx, incoming, await openMessage(deps, tx, incoming)));
  } catch (error) {
    if (isSealError(error, 'STORAGE_FAILED') || isSealError(error, 'STORAGE_CONFLICT')) throw error;
    if (isSealError(error, 'DUPLICATE_MESSAGE')) return;
    if (!isSealError(error)) deps.report(error);
    await code.storeUnopened(deps, tx, incoming, isSealError(error) ? error.code : 'INTERNAL');
  }
}
