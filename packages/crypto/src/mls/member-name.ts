import { concatBytes, idToBytes, type Bytes, type TenantId } from '@seal-chat/protocol';
import type { MlsMember } from './types.ts';

/** Returns what the basic credential of a member says: tenant ‖ user ‖ device, 48 bytes. */
export function memberName(tenantId: TenantId, { userId, deviceId }: MlsMember): Bytes {
  return concatBytes(idToBytes(tenantId), idToBytes(userId), idToBytes(deviceId));
}
