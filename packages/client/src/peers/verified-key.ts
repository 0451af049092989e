import { constantTimeEqual, SYNC_TOPICS, type SignPublicKey, type UserId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS, type PeerRow } from '../store/rows.ts';

/** Whether a person's key is the one that was compared with them. */
export type Verification =
  /** Nothing was compared. */
  | 'none'
  | 'verified'
  /** Another key was compared than the one there is now. */
  | 'changed';

/** The key that a safety number is over: of another person the one the server shows now, also before it is accepted. */
export function safetyKeyOf(peer: PeerRow): SignPublicKey {
  return peer.changedKey ?? peer.known.certificate.identityKey;
}

/** The key that was compared with `userId`, on this or another device of the account; null when none was. */
export async function verifiedKeyOf(reader: RowReader, userId: UserId): Promise<Uint8Array | null> {
  const mark = await reader.get(ROWS.register(SYNC_TOPICS.verified, userId, 0));
  return mark === null || mark.value.length === 0 ? null : mark.value;
}

/** Compares the key there is with the one that was compared: a mark is over a key, and ends with it. */
export function verificationOf(peer: PeerRow | null, verifiedKey: Uint8Array | null): Verification {
  // A person whose key is not known here yet has none to compare: their list is being fetched.
  if (verifiedKey === null || peer === null) return 'none';
  return constantTimeEqual(safetyKeyOf(peer), verifiedKey) ? 'verified' : 'changed';
}

/** Whether something may be encrypted for a person: no key waits to be accepted, and none differs from the verified one. */
export async function isTrusted(reader: RowReader, userId: UserId): Promise<boolean> {
  const peer = await reader.get(ROWS.peer(userId));
  if (peer === null) return true;
  return !peer.changedKey && verificationOf(peer, await verifiedKeyOf(reader, userId)) !== 'changed';
}
