import type { ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { storeOrReport } from './conversation-rows.ts';

const PAGE = 100;

/** Fetches all conversations of the account. One that is rejected is reported, and holds up no other. */
export async function refreshConversations(deps: Pick<Deps, 'api' | 'transact' | 'report'>): Promise<void> {
  const { api, transact } = deps;
  let after: ConversationId | null = null;
  do {
    const page: readonly ConversationAnswer[] = await api.conversations.list.query({ after, limit: PAGE });
    await transact(async (tx) => {
      for (const answer of page) await storeOrReport(deps, tx, answer);
    });
    after = page.length === PAGE ? page.at(-1)!.conversationId : null;
  } while (after !== null);
}
