import { COUNT_LIMITS, SealError, type ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { expectMost } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { storeOrReport } from './conversation-rows.ts';

const PAGE = 100;

/**
 * Fetches all conversations of the account, by ascending id. One that is rejected is reported, and holds up no other.
 *
 * @throws SealError MALFORMED when the server does not come to an end; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function refreshConversations(deps: Pick<Deps, 'api' | 'transact' | 'report'>): Promise<void> {
  const { api, transact } = deps;
  let after: ConversationId | null = null;
  let count = 0;
  do {
    const page: readonly ConversationAnswer[] = await api.conversations.list.query({ after, limit: PAGE });
    count += expectMost(page, PAGE).length;
    // Pages in circles have no end either.
    if (count > COUNT_LIMITS.conversations) throw new SealError('MALFORMED');
    await transact(async (tx) => {
      for (const answer of page) await storeOrReport(deps, tx, answer);
    });
    after = page.length === PAGE ? page.at(-1)!.conversationId : null;
  } while (after !== null);
}
