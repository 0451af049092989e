import { sha256, signAuthProof, type AuthPurpose, type Curves } from '@seal-chat/crypto';
import { SealError, toBase64, type Bytes, type TenantId } from '@seal-chat/protocol';
import { bytesOf } from '../api/answers.ts';
import type { SealApi } from '../api/types.ts';
import type { Challenge } from '../store/challenge-row.ts';
import type { AccountRow } from '../store/rows.ts';

export async function requestChallenge(publicApi: SealApi): Promise<Challenge> {
  const answer = await publicApi.auth.challenge.mutate({});
  return { ...answer, nonce: bytesOf(answer.nonce) };
}

/** The fields of a procedure's input that prove possession of the device key. */
export async function proveDevice(input: {
  readonly curves: Curves;
  readonly account: Pick<AccountRow, 'tenantId' | 'userId' | 'device'>;
  readonly challenge: Challenge;
  readonly purpose: AuthPurpose;
  /** The encoded list sent along; null for `signIn`. */
  readonly deviceList: Bytes | null;
}) {
  const { curves, account, challenge, purpose, deviceList } = input;
  const { tenantId, userId, device } = account;
  checkTenant(challenge.tenantId, tenantId);
  const { challengeId, nonce } = challenge;
  const { deviceId } = device;
  const deviceListHash = deviceList === null ? null : sha256(deviceList);
  const proof = { purpose, tenantId, challengeId, nonce, userId, deviceId, deviceListHash };
  return { challengeId, userId, deviceId, signature: toBase64(await signAuthProof(curves, device, proof)) };
}

/** An app key belongs to one tenant for ever: keys made for one are never shown to another. */
function checkTenant(found: TenantId, expected: TenantId): void {
  if (found !== expected) throw new SealError('UNKNOWN_APP_KEY', 'challenge: another tenant');
}
