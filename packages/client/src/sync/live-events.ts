import { expectCount } from '../api/answers.ts';
import { forgetUndecryptable } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import type { StoredLiveEvent } from '../context/leader-part.ts';
import { storeOrReport } from '../conversations/conversation-rows.ts';
import { withProgress } from '../conversations/progress.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Live events that change what is stored. Each can be missed without harm: the same is learned on the next connection.
 *
 * @throws SealError STORAGE_FAILED; DEVICE_REVOKED when this account's list no longer has this device
 */
export async function applyLiveEvent(deps: Deps, event: StoredLiveEvent): Promise<void> {
  switch (event.type) {
    case 'conversation':
      return deps.transact((tx) => storeOrReport(deps, tx, event.conversation));
    case 'delivered':
      expectCount(event.upToSeq);
      return deps.transact(async (tx) => {
        const key = ROWS.conversation(event.conversationId);
        const row = await tx.get(key);
        const member = row?.members.find(({ userId }) => userId === event.userId);
        if (row === null || !member || member.deliveredSeq >= event.upToSeq) return;
        tx.put(key, withProgress(row, event.userId, { deliveredSeq: event.upToSeq }));
      });
    case 'device-list': {
      const peer = await deps.reader.get(ROWS.peer(event.userId));
      if (peer === null || peer.known.list.version >= event.version) return;
      return learnDeviceLists(deps, [event.userId]).catch((error: unknown) => deps.report(error));
    }
    case 'removed':
      return deps.transact((tx) => forgetUndecryptable(deps, tx, event.conversationId, event.seq));
    // Handled by `channels/channel-sync.ts`, and the last two by `maintenance.ts`.
    case 'channel-entry':
    case 'channel-head':
    case 'conversation-gone':
    case 'invitations':
    case 'key-packages-low':
    case 'prekeys-low':
      return;
  }
}
