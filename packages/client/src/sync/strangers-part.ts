import type { ConversationId } from '@seal-chat/protocol';
import { loadPeople } from '../commands/load.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { ROWS, placeOf } from '../store/rows.ts';

/** What becomes of a stranger's first message: it is a request, or the chat is like any. */
export type StrangersMode = 'ask' | 'accept';

/** With `accept`, accepts everybody who writes: for bots, and for people whose work it is to answer strangers. */
export function createStrangersPart(deps: Deps, mode: StrangersMode): LeaderPart {
  if (mode === 'ask') return {};
  const queue = createTaskQueue(deps.report);

  async function acceptIn(conversationId: ConversationId): Promise<void> {
    const row = await deps.reader.get(ROWS.conversation(conversationId));
    if (row?.kind !== 'dm' || row.isAccepted || row.isBlocked || row.firstSeq === null) return;
    await (await loadPeople()).accept(deps, conversationId);
  }

  async function acceptAll(): Promise<void> {
    for (const { key } of await deps.reader.list(ROWS.conversations)) await acceptIn(placeOf(key).conversationId);
  }
  void queue.add(acceptAll);

  return {
    committed(keys) {
      for (const key of keys)
        if (key.startsWith(ROWS.conversations)) void queue.add(() => acceptIn(placeOf(key).conversationId));
    },
    stop: () => queue.idle(),
  };
}
