import { openBody } from '@seal-chat/crypto';
import { isSealError, type ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { applyContent } from '../content/store-received.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { pageOf } from './catch-up.ts';
import { withClearName } from './clear-names.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';

/** Messages of a channel that are tried again at one occasion. */
const MAX_TRIES = 20;

/**
 * Tries again to open messages whose key is here and whose body was not the one that was sent: another time, or
 * another server process, may give out the right one.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function reopenUndecryptable(deps: Deps, conversationId: ConversationId): Promise<void> {
  const kept = await deps.reader.list(CHANNEL_ROWS.undecryptableOf(conversationId), {
    order: 'descending',
    limit: 100,
  });
  const open = kept.filter(({ value }) => value.keyMessage !== null).slice(0, MAX_TRIES);
  for (const { key, value } of open) {
    const { seq } = placeOf(key);
    const answer = await deps.api.channels.log.query({ conversationId, after: seq - 1, limit: 1 });
    const [entry] = pageOf(answer.entries, seq - 1, false) ?? [];
    if (entry?.kind !== 'message' || value.keyMessage === null) continue;
    const { keyMessage } = value;
    await deps.transact(async (tx) => {
      const message = await tx.get(ROWS.message(conversationId, seq));
      if (message?.content.kind !== 'undecryptable' || message.messageId !== entry.messageId) return;
      try {
        const expected = { messageId: message.messageId, conversationId };
        const body = withClearName(openBody({ sealed: entry.body, keyMessage, expected }));
        const { messageId, senderUserId, senderDeviceId, acceptedAt } = message;
        await applyContent(
          deps,
          tx,
          { conversationId, seq, messageId, senderUserId, senderDeviceId, acceptedAt },
          body,
        );
        tx.delete(key);
      } catch (error) {
        if (!isSealError(error, 'BODY_MISMATCH')) throw error;
      }
    });
  }
}
