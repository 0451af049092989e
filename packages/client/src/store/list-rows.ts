import type { Bytes, ConversationId, DeviceId, UserId } from '@seal-chat/protocol';
import type { RowKey, RowPrefix } from './rows.ts';

/** The rows by which a device list that the server withholds from one side is noticed by both. */

/** What a device has sent under an older version of a list than the one that was known here by then. */
export interface OldListRow {
  /** The version that is known here. */
  readonly version: number;
  readonly messages: number;
}

/** A list that a member tells of, and this device does not have yet: nothing is sent before it does. */
export interface PromisedListRow {
  readonly version: number;
  /** SHA-256 of its bytes; null where only its version was named. */
  readonly hash: Bytes | null;
  /** The message that told of it. */
  readonly seq: number;
  readonly byUserId: UserId;
  readonly byDeviceId: DeviceId;
}

const key = <T>(name: string): RowKey<T> => name as RowKey<T>;
const prefix = <T>(name: string): RowPrefix<T> => name as RowPrefix<T>;

/** Keys of these rows. */
export const LIST_ROWS = {
  old: (id: ConversationId, deviceId: DeviceId, owner: UserId) =>
    key<OldListRow>(`list-old/${id}/${deviceId}/${owner}`),
  promised: (id: ConversationId, owner: UserId) => key<PromisedListRow>(`list-promised/${id}/${owner}`),
  promisedIn: (id: ConversationId) => prefix<PromisedListRow>(`list-promised/${id}/`),
  allPromised: prefix<PromisedListRow>('list-promised/'),
} as const;
