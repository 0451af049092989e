import type { DeviceListState } from '@seal-chat/crypto';
import type { PeerRow } from '../store/rows.ts';

/**
 * An account that this device begins to know with the list `known`.
 *
 * @param learnedAt ms
 */
export function newPeer(known: DeviceListState, learnedAt: number): PeerRow {
  return { known, learnedAt, knownFrom: known.list.version, hasOpenRemoval: false, retired: [], changedKey: null };
}
