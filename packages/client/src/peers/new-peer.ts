import type { DeviceListState } from '@seal-chat/crypto';
import type { PeerRow } from '../store/rows.ts';

/** An account that this device begins to know with the list `known`. */
export function newPeer(known: DeviceListState): PeerRow {
  return { known, knownFrom: known.list.version, hasOpenRemoval: false, retired: [], changedKey: null };
}
