import {
  ID_LENGTH,
  SealError,
  concatBytes,
  encode,
  idFromBytes,
  idToBytes,
  u32,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Credential } from 'ts-mls/credential.js';
import { memberName } from './member-name.ts';
import type { GroupName, MlsMember } from './types.ts';

/** The bytes by which a group and its members are named inside MLS. Every name has exactly one encoding. */

const GROUP_ID_LENGTH = 2 * ID_LENGTH + 4;
const CREDENTIAL_LENGTH = 3 * ID_LENGTH;

/**
 * Makes a group id: tenant ‖ conversation ‖ incarnation, 36 bytes: a group that was reset, or of another site, is
 * another group.
 */
export function groupIdOf({ tenantId, conversationId, incarnation }: GroupName): Bytes {
  return concatBytes(idToBytes(tenantId), idToBytes(conversationId), encode(u32, incarnation));
}

/** Reads the name of a group from its id. @throws SealError MALFORMED on another length */
export function groupNameOf(groupId: Uint8Array): GroupName {
  if (groupId.length !== GROUP_ID_LENGTH) throw new SealError('MALFORMED', 'mls: the group id is not one of ours');
  const [tenantId, conversationId, incarnation] = split(groupId);
  return {
    tenantId: idFromBytes<TenantId>(tenantId!),
    conversationId: idFromBytes<ConversationId>(conversationId!),
    incarnation: incarnation!.reduce((value, byte) => value * 256 + byte, 0),
  };
}

/** Makes a member's basic credential: tenant ‖ user ‖ device, 48 bytes. */
export function credentialOf(tenantId: TenantId, member: MlsMember): Credential {
  return {
    credentialType: 'basic',
    identity: memberName(tenantId, member),
  };
}

/** Reads whom a credential names. @throws SealError MALFORMED when it is not of our form, or of another tenant */
export function memberOf(credential: Credential, expectedTenant: TenantId): MlsMember {
  if (credential.credentialType !== 'basic' || credential.identity.length !== CREDENTIAL_LENGTH)
    throw new SealError('MALFORMED', 'mls: the credential is not one of ours');
  const [tenantId, userId, deviceId] = split(credential.identity);
  if (idFromBytes<TenantId>(tenantId!) !== expectedTenant)
    throw new SealError('MALFORMED', 'mls: the credential belongs to another tenant');
  return { userId: idFromBytes<UserId>(userId!), deviceId: idFromBytes<DeviceId>(deviceId!) };
}

export function isSameMember(a: MlsMember, b: MlsMember): boolean {
  return a.deviceId === b.deviceId && a.userId === b.userId;
}

function split(bytes: Uint8Array): readonly Uint8Array[] {
  return [0, ID_LENGTH, 2 * ID_LENGTH].map((from) => bytes.subarray(from, from + ID_LENGTH));
}
