import { SealError, constantTimeEqual, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { LIST_ROWS, type PromisedListRow } from '../store/list-rows.ts';
import { ROWS } from '../store/rows.ts';

/** @throws SealError DEVICE_LIST_STALE when a member tells of a list that this device does not have yet */
export async function expectPromisesKept(reader: RowReader, conversationId: ConversationId): Promise<void> {
  for (const { key, value } of await reader.list(LIST_ROWS.promisedIn(conversationId))) {
    if (!(await isKept(reader, key.split('/')[2] as UserId, value)))
      throw new SealError('DEVICE_LIST_STALE', 'send: list withheld');
  }
}

/** Whether this device has the list of `owner` that a member tells of, or a later one. */
export async function isKept(reader: RowReader, owner: UserId, { version, hash }: PromisedListRow): Promise<boolean> {
  const known = (await reader.get(ROWS.peer(owner)))?.known;
  if (known === undefined || known.list.version < version) return false;
  return known.list.version > version || hash === null || constantTimeEqual(known.hash, hash);
}
