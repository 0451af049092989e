import { MESSAGE_LIFETIMES, SealError, type ConversationId } from '@seal-chat/protocol';
import { encodeContent } from '@seal-chat/protocol/content';
import { eraseMessage, inConversation } from '../content/applying.ts';
import { noteErased } from '../content/erased.ts';
import { requote } from '../content/requote.ts';
import { maySetTimer } from '../content/settings.ts';
import type { StoreDeps, ComposeDeps } from '../context/deps.ts';
import { enqueue } from '../outbox/queue.ts';
import { timerOf } from '../store/timer.ts';
import { onMessage } from './change-message.ts';

/** See `Conversation.setTimer`. @throws SealError BAD_INPUT, FORBIDDEN */
export async function setTimer(deps: ComposeDeps, conversationId: ConversationId, seconds: number): Promise<void> {
  if (![0, ...MESSAGE_LIFETIMES].includes(seconds)) {
    throw new SealError('BAD_INPUT', `timer: must be 0 or one of ${MESSAGE_LIFETIMES.join(', ')} seconds`);
  }
  await deps.transact((tx) =>
    inConversation(deps, tx, conversationId, async (applying) => {
      const { row, ownUserId } = applying;
      if (!maySetTimer(row, ownUserId)) throw new SealError('FORBIDDEN', 'timer: owners and admins set it');
      if (seconds === timerOf(row)) return;
      const shown = { kind: 'event', event: { type: 'timer', seconds } } as const;
      await enqueue(deps, tx, conversationId, encodeContent({ kind: 'timer', seconds }), { shown });
      applying.row = { ...row, ownTimer: seconds };
    }),
  );
}

/** See `Conversation.deleteForMe`. */
export async function deleteForMe(deps: StoreDeps, conversationId: ConversationId, seq: number): Promise<void> {
  await onMessage(deps, conversationId, seq, async (applying, message) => {
    await eraseMessage(applying, seq, message);
    await noteErased(applying.tx, conversationId, seq);
    await requote(applying.tx, conversationId, seq);
  });
}
