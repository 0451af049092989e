import { findDevice } from '@seal-chat/crypto';
import type { DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { publishList } from './publish-list.ts';

/** Publishes a list without `deviceId` under the present account key: from then on no message has an envelope for it. */
export function removeFromList(deps: Deps, deviceId: DeviceId): Promise<void> {
  return publishList(deps, ({ list }, attempt) =>
    // Another device took it off meanwhile, or the answer to the last attempt was lost.
    attempt > 1 && findDevice(list, deviceId) === null ? null : { remove: [deviceId] },
  );
}
