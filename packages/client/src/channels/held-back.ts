import { isSealError, type ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { withMissing } from '../conversations/sequence.ts';
import { WITHHELD_AFTER_MS, isRefusal } from '../context/withheld.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type SeqRange } from '../store/rows.ts';

/** Says at its place that the server does not show `range` of a log, which it has given out: it holds it back. */
export async function putWithheld(tx: DeviceTx, conversationId: ConversationId, range: SeqRange): Promise<void> {
  const key = ROWS.conversation(conversationId);
  const row = await tx.get(key);
  if (row !== null) tx.put(key, { ...withMissing(row, [range]), isWithheld: true });
}

/**
 * The server has told of the number `told`, and its log, read afterwards, does not reach that far. What is not shown is
 * said in its place; once it is read, nothing is said of it any more.
 *
 * @param isDenied the log ended before it, or was no log. Else it was not answered, which may pass: what is not answered
 *   for a minute is held back
 */
export async function noteHeldBack(
  { transact }: Pick<Deps, 'transact'>,
  conversationId: ConversationId,
  told: number,
  isDenied: boolean,
): Promise<void> {
  await transact(async (tx) => {
    const processedSeq = (await tx.get(CHANNEL_ROWS.channel(conversationId)))?.processedSeq ?? null;
    const key = ROWS.conversation(conversationId);
    const row = await tx.get(key);
    if (row === null || processedSeq === null || processedSeq >= told) return;
    const { missingSince = Date.now(), isWithheld } = row;
    const isOverdue = Date.now() - missingSince >= WITHHELD_AFTER_MS;
    tx.put(key, {
      ...withMissing(row, [[processedSeq + 1, told]]),
      missingSince,
      isWithheld: isWithheld === true || isDenied || isOverdue,
    });
  });
}

/** The log was not read because of `error`: see `noteHeldBack`. What was told of before is remembered in the row. */
export async function noteUnread(
  deps: Pick<Deps, 'transact' | 'reader'>,
  conversationId: ConversationId,
  error: unknown,
): Promise<void> {
  const row = await deps.reader.get(ROWS.conversation(conversationId));
  const told = row?.missing?.at(-1)?.[1];
  if (told === undefined || row?.isWithheld || !isRefusal(error)) return;
  await noteHeldBack(deps, conversationId, told, isSealError(error) && !error.isRetryable);
}
