import type { DeviceId, UserId } from '@seal-chat/protocol';

/** Who this device is: what decides which messages are own. */
export interface Self {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}
