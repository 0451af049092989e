import { SealError, constantTimeEqual, isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { RowReader } from '../store/device-tx.ts';
import { LIST_ROWS, type PromisedListRow } from '../store/list-rows.ts';
import { ROWS } from '../store/rows.ts';
import { putNotice } from '../transcript/notices.ts';
import { learnDeviceLists } from './device-lists.ts';

/**
 * Fetches the lists that members tell of. Where the server does not show one, or shows another, the conversation says so,
 * and nothing is sent there.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function followPromises(deps: Deps): Promise<void> {
  for (const { key, value } of await deps.reader.list(LIST_ROWS.allPromised)) {
    const [, id, owner] = key.split('/') as [string, ConversationId, UserId];
    if (await isKept(deps.reader, owner, value)) {
      await deps.transact(async (tx) => tx.delete(key));
      continue;
    }
    try {
      await learnDeviceLists(deps, [owner]);
    } catch (error) {
      if (!isSealError(error, 'DEVICE_LIST_REJECTED') && !isSealError(error, 'IDENTITY_CHANGED')) throw error;
      deps.report(error);
    }
    await deps.transact(async (tx) => {
      if (await isKept(tx, owner, value)) return tx.delete(key);
      const { byUserId: userId, byDeviceId: deviceId, seq } = value;
      await putNotice(tx, id, { kind: 'listWithheld', afterSeq: seq - 1, userId, deviceId });
    });
  }
}

/** @throws SealError DEVICE_LIST_STALE when a member tells of a list that this device does not have yet */
export async function expectPromisesKept(reader: RowReader, conversationId: ConversationId): Promise<void> {
  for (const { key, value } of await reader.list(LIST_ROWS.promisedIn(conversationId))) {
    if (!(await isKept(reader, key.split('/')[2] as UserId, value)))
      throw new SealError('DEVICE_LIST_STALE', 'send: a member tells of a device list that the server does not show');
  }
}

async function isKept(reader: RowReader, owner: UserId, { version, hash }: PromisedListRow): Promise<boolean> {
  const known = (await reader.get(ROWS.peer(owner)))?.known;
  if (known === undefined || known.list.version < version) return false;
  return known.list.version > version || hash === null || constantTimeEqual(known.hash, hash);
}
