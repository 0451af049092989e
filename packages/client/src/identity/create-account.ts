import { createAccountKeys, createDeviceKeys, createDeviceList } from '@seal-chat/crypto';
import { SealError, isSealError, newId, toBase64, type UserId } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { proveDevice, requestChallenge, type Challenge } from './challenge.ts';
import { deviceNameOf } from './device-name.ts';
import { vaultUnderNewCode } from './make-vault.ts';
import { storeActive, unpublishedOf, verifyOwnChain, type IdentityDeps } from './own-account.ts';
import { resumeInterrupted } from './resume-interrupted.ts';
import { uploadOf } from './vault-answers.ts';

/**
 * Opens an account with this device as its first. The keys are stored before the server is told of them, so a crash or
 * a lost answer leaves an account that `resumeInterrupted` finds.
 *
 * @throws SealError CONFLICT when this device has an account; USERNAME_TAKEN, BAD_INPUT, OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function createAccount(
  deps: IdentityDeps,
  { username, recoveryCode = true }: { readonly username: string | null; readonly recoveryCode?: boolean },
): Promise<{ readonly recoveryCode: string | null }> {
  const resumed = await resumeInterrupted(deps);
  if (resumed?.username === username && resumed.status === 'active') return { recoveryCode: resumed.recoveryCode };
  if (resumed !== null) throw new SealError('CONFLICT', 'client: this device already has an account');
  const challenge = await requestChallenge(deps.publicApi);
  const account = await newAccount(deps, challenge, { name: username, hasCode: recoveryCode && username !== null });
  const session = await register(deps, account, challenge);
  const known = await verifyOwnChain(deps, account, [unpublishedOf(account).deviceList]);
  await storeActive(deps, { account, session, known });
  return { recoveryCode: account.recoveryCode };
}

/** Makes all keys and stores them. */
async function newAccount(
  deps: IdentityDeps,
  challenge: Challenge,
  { name, hasCode }: { readonly name: string | null; readonly hasCode: boolean },
): Promise<AccountRow> {
  const { curves, rng, clock, transact } = deps;
  const { tenantId } = challenge;
  clock.learn(challenge.serverTime);
  const userId = newId<UserId>(rng(16));
  // As the server writes it, which the list has to match.
  const username = name && name.normalize('NFKC').trim();
  const { identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username });
  const keys = await createDeviceKeys({ curves, rng });
  const device = { keys, name: deviceNameOf(deps.deviceName) };
  const { signed } = await createDeviceList({ curves, rng, account, device, now: clock.now() });
  const secrets = {
    identitySeed: identity.privateKey,
    account: { accountSeed: account.key.privateKey, archive: account.archive },
  };
  const owner = { tenantId, userId };
  // A guest could never name the account to recover.
  const made = hasCode
    ? await vaultUnderNewCode(deps, { owner, identityKey: identity.publicKey, secrets, previous: null })
    : null;
  const row: AccountRow = {
    status: 'registering',
    tenantId,
    userId,
    username,
    identityKey: identity.publicKey,
    identitySeed: identity.privateKey,
    accountKey: account.key,
    archive: account.archive,
    device: keys,
    recoveryCode: made?.code ?? null,
    unpublished: { deviceList: signed, vault: made?.vault ?? null },
    unlockFor: null,
    newDevices: [],
  };
  await transact(async (tx) => tx.put(ROWS.account, row));
  return row;
}

async function register(deps: IdentityDeps, account: AccountRow, challenge: Challenge): Promise<SessionAnswer> {
  const { curves, publicApi, transact } = deps;
  const { deviceList, vault } = unpublishedOf(account);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'register', deviceList: deviceList.bytes });
  try {
    return await publicApi.auth.register.mutate({
      ...proof,
      username: account.username,
      deviceList: toBase64(deviceList.bytes),
      deviceListSignature: toBase64(deviceList.signature),
      vault: vault && uploadOf(vault),
    });
  } catch (error) {
    // The server has said no: these keys will never be an account.
    if (isSealError(error) && !error.isRetryable) await transact(async (tx) => tx.delete(ROWS.account));
    throw error;
  }
}
