import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { FetchDeps } from '../context/deps.ts';
import { openDm as openStored } from '../conversations/conversation-rows.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Opens the DM with `userId` for the person, and finds out at once what the person's own key calls them: they are to see
 * whom they write to before they write.
 *
 * @throws as `openDm` of `conversation-rows.ts`
 */
export async function openDm(deps: FetchDeps, userId: UserId): Promise<ConversationId> {
  const conversationId = await openStored(deps, userId);
  // A list that cannot be had, or is refused, is met again by what is sent.
  if ((await deps.reader.get(ROWS.peer(userId))) === null) await learnDeviceLists(deps, [userId]).catch(() => {});
  return conversationId;
}
