import { isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { isRefusal } from '../context/withheld.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import { putNotice } from '../transcript/notices.ts';
import { learnDeviceLists } from './device-lists.ts';
import { isKept } from './promised-lists.ts';

/**
 * Fetches the lists that members tell of. Where the server does not show one, shows another, or refuses to for good, the
 * conversation says so, and nothing is sent there. One that gets no answer does not hold up the others.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function followPromises(deps: Deps): Promise<void> {
  let unanswered: unknown = null;
  for (const { key, value } of await deps.reader.list(LIST_ROWS.allPromised)) {
    const [, id, owner] = key.split('/') as [string, ConversationId, UserId];
    if (await isKept(deps.reader, owner, value)) {
      await deps.transact(async (tx) => tx.delete(key));
      continue;
    }
    try {
      await learnDeviceLists(deps, [owner]);
    } catch (error) {
      if (isSealError(error, 'DEVICE_REVOKED')) throw error;
      // Another list, or a refusal for good, is an answer.
      if (!isSealError(error) || error.isRetryable || !isRefusal(error)) {
        unanswered = error;
        continue;
      }
      deps.report(error);
    }
    await deps.transact(async (tx) => {
      if (await isKept(tx, owner, value)) return tx.delete(key);
      const { byUserId: userId, byDeviceId: deviceId, seq } = value;
      await putNotice(tx, id, { kind: 'listWithheld', afterSeq: seq - 1, userId, deviceId });
    });
  }
  if (unanswered !== null) throw unanswered;
}
