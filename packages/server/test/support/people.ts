import {
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  signAuthProof,
  type Account,
  type AuthPurpose,
  type DeviceKeys,
  type DeviceListState,
  type SignKeyPair,
} from '@seal-chat/crypto';
import { newId, toBase64, type DeviceId, type UserId } from '@seal-chat/protocol';
import type { KeyPackagesUpload, SessionAnswer } from '@seal-chat/protocol/api';
import { curves, rng, type Api, type TestConnection, connect, withAnonymous } from './connections.ts';
import type { RelayProcess, TestTenant } from './relay.ts';
import { makeVault, type TestVault } from './vaults.ts';

/** A device that is signed in. */
export interface TestDevice extends TestConnection {
  readonly keys: DeviceKeys;
  readonly deviceId: DeviceId;
  readonly session: SessionAnswer;
  readonly process: RelayProcess;
}

/** An account with its first device. */
export interface TestPerson {
  readonly tenant: TestTenant;
  readonly account: Account;
  readonly identity: SignKeyPair;
  /** Null for guests. */
  readonly vault: TestVault | null;
  readonly userId: UserId;
  readonly username: string | null;
  readonly first: TestDevice;
  /** The account's latest list; a test that extends it puts the new one here. */
  list: DeviceListState;
}

/** A challenge, signed. */
export async function prove(
  api: Api,
  device: DeviceKeys,
  userId: UserId,
  purpose: AuthPurpose,
  list: DeviceListState | null,
) {
  const { tenantId, challengeId, nonce } = await api.auth.challenge.mutate({});
  const proof = {
    purpose,
    tenantId,
    challengeId,
    nonce: Uint8Array.from(Buffer.from(nonce, 'base64url')),
    userId,
    deviceId: device.deviceId,
    deviceListHash: list && list.hash,
  };
  const signature = toBase64(await signAuthProof(curves, device, proof));
  return { challengeId, userId, deviceId: device.deviceId, signature };
}

/** Both parts of a signed list, as inputs want them. */
export function listInput({ signed }: DeviceListState) {
  return { deviceList: toBase64(signed.bytes), deviceListSignature: toBase64(signed.signature) };
}

/** Connects a device with the session it was given. */
export function signedIn(
  process: RelayProcess,
  tenant: TestTenant,
  keys: DeviceKeys,
  session: SessionAnswer,
): TestDevice {
  const connection = connect(process, { appKey: tenant.appKey, accessToken: session.accessToken });
  return { ...connection, keys, deviceId: keys.deviceId, session, process };
}

let names = 0;

/** A new account; a guest when `username` is null. */
export async function signUp(
  process: RelayProcess,
  tenant: TestTenant,
  username: string | null = `person${names++}`,
  keyPackages?: KeyPackagesUpload,
): Promise<TestPerson> {
  const userId = newId<UserId>(rng(16));
  const { tenantId } = tenant;
  const { identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username });
  const keys = await createDeviceKeys({ curves, rng });
  const vault = username === null ? null : await makeVault({ tenantId, userId, identity });
  const device = { keys, name: 'first' };
  const list = await createDeviceList({ curves, rng, account, device, vault: vault?.reference, now: Date.now() });
  const session = await withAnonymous(process, tenant, async (api) =>
    api.auth.register.mutate({
      ...(await prove(api, keys, userId, 'register', list)),
      username,
      ...listInput(list),
      vault: vault && vault.upload,
      ...(keyPackages && { keyPackages }),
    }),
  );
  const first = signedIn(process, tenant, keys, session);
  return { tenant, account, identity, vault, userId, username, first, list };
}
