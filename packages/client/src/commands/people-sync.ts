import { SYNC_TOPICS, isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { accept } from './chat-marks.ts';
import { introduceNewDevices } from './introduce-devices.ts';

const PEERS = 'peer/';
const VERIFIED = ROWS.registersAbout(SYNC_TOPICS.verified);

/**
 * Keeps what a person has decided in step: tells a new device of the account what the registers say (every device that was
 * there before does, as none can know which is connected next, and telling twice changes nothing); fetches the lists of
 * people who were verified elsewhere, so that their keys are compared before anything is sent; and accepts every
 * stranger where that is wanted.
 */
export function createPeopleSync(deps: Deps, acceptsAll: boolean): LeaderPart {
  // A failure that may pass is left to the next connection.
  const queue = createTaskQueue((error) => {
    if (!isSealError(error) || !error.isRetryable) deps.report(error);
  });

  async function learnVerified(): Promise<void> {
    for (const { value } of await deps.reader.list(VERIFIED)) {
      const userId = value.subject as UserId;
      if (value.value.length === 0 || (await deps.reader.get(ROWS.peer(userId))) !== null) continue;
      await learnDeviceLists(deps, [userId]);
    }
  }

  async function acceptIn(conversationId: ConversationId): Promise<void> {
    const row = await deps.reader.get(ROWS.conversation(conversationId));
    if (row?.kind !== 'dm' || row.isAccepted || row.isBlocked || row.firstSeq === null) return;
    await accept(deps, conversationId);
  }

  async function acceptAll(): Promise<void> {
    for (const { key } of await deps.reader.list(ROWS.conversations)) await acceptIn(placeOf(key).conversationId);
  }

  return {
    connected() {
      void queue.add(() => introduceNewDevices(deps));
      void queue.add(learnVerified);
      if (acceptsAll) void queue.add(acceptAll);
    },
    committed(keys) {
      const touches = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      if (touches(PEERS)) void queue.add(() => introduceNewDevices(deps));
      if (touches(VERIFIED)) void queue.add(learnVerified);
      if (!acceptsAll) return;
      for (const key of keys)
        if (key.startsWith(ROWS.conversations)) void queue.add(() => acceptIn(placeOf(key).conversationId));
    },
    stop: () => queue.idle(),
  };
}
