import { createAccountKeys, createDeviceKeys, createDeviceList } from '@seal-chat/crypto';
import { SealError, isSealError, newId, toBase64, type UserId } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import { firstKeyPackages, uploadOf as keyPackagesOf } from '../key-packages/make.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import type { Challenge } from '../store/challenge-row.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import { deviceNameOf } from './device-name.ts';
import { loadInterrupted } from './load-interrupted.ts';
import { loadVault } from './load-vault.ts';
import {
  alreadyHere,
  forgetKeys,
  storeActive,
  storeKeys,
  unpublishedOf,
  verifyOwnChain,
  type IdentityDeps,
} from './own-account.ts';
import { uploadOf } from './vault-answers.ts';

/**
 * Opens an account with this device as its first. The keys are stored before the server is told of them, so a crash or
 * a lost answer leaves an account that the next call with the same name continues. Two tabs that ask for the same
 * account get the same one.
 *
 * @throws SealError CONFLICT when this device has an account; USERNAME_TAKEN, BAD_INPUT, OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function createAccount(
  deps: IdentityDeps,
  { username, recoveryCode = true }: { readonly username: string | null; readonly recoveryCode?: boolean },
): Promise<{ readonly recoveryCode: string | null }> {
  // As the server writes it, which the list has to match.
  const name = username && username.normalize('NFKC').trim();
  return deps.store.locks.run('account', () => openAccount(deps, name, recoveryCode && name !== null));
}

async function openAccount(
  deps: IdentityDeps,
  username: string | null,
  hasCode: boolean,
): Promise<{ readonly recoveryCode: string | null }> {
  const found = await deps.reader.get(ROWS.account);
  const isBegun =
    found?.status === 'registering' && found.username === username && (found.recoveryCode !== null) === hasCode;
  if (found !== null && !isBegun) {
    const { resumeOrForget } = await loadInterrupted();
    const present = await resumeOrForget(deps);
    if (present?.username === username && present.status === 'active') return { recoveryCode: present.recoveryCode };
    if (present !== null) throw alreadyHere();
  }
  const challenge = await requestChallenge(deps.publicApi);
  const account = isBegun
    ? (await loadInterrupted()).withChallenge(found, challenge)
    : await newAccount(deps, challenge, username, hasCode);
  // A page without Web Locks: another tab has begun meanwhile.
  if (!(await storeKeys(deps, account))) return openAccount(deps, username, hasCode);
  const session = await register(deps, account, challenge);
  if (session === null) {
    // This request or an earlier one was quicker than its answer, or nothing will come of any of them.
    const present = await (await loadInterrupted()).resumeOrForget(deps);
    if (present === null) throw new SealError('CHALLENGE_INVALID');
    return { recoveryCode: present.recoveryCode };
  }
  const known = await verifyOwnChain(deps, account, [unpublishedOf(account).deviceList]);
  await storeActive(deps, { account, session, known });
  return { recoveryCode: account.recoveryCode };
}

/** Makes all keys. */
async function newAccount(
  deps: IdentityDeps,
  challenge: Challenge,
  username: string | null,
  hasCode: boolean,
): Promise<AccountRow> {
  const { curves, rng, clock } = deps;
  const { tenantId } = challenge;
  clock.learn(challenge.serverTime);
  const userId = newId<UserId>(rng(16));
  const { identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username });
  const keys = await createDeviceKeys({ curves, rng });
  const secrets = {
    identitySeed: identity.privateKey,
    account: { accountSeed: account.key.privateKey, archive: account.archive },
  };
  const owner = { tenantId, userId };
  // A guest could never name the account to recover.
  const identityKey = identity.publicKey;
  const made = hasCode
    ? await (await loadVault()).vaultUnderNewCode(deps, { owner, identityKey, secrets, previous: null })
    : null;
  const device = { keys, name: deviceNameOf(deps.deviceName) };
  const vault = made?.vault.reference;
  const { signed } = await createDeviceList({ curves, rng, account, device, vault, now: clock.now() });
  return {
    status: 'registering',
    tenantId,
    userId,
    username,
    identityKey,
    identitySeed: identity.privateKey,
    accountKey: account.key,
    archive: account.archive,
    device: keys,
    recoveryCode: made?.code ?? null,
    unpublished: {
      deviceList: signed,
      vault: made?.vault ?? null,
      keyPackages: await firstKeyPackages(deps, { tenantId, userId, device: keys }),
      challenges: [challenge],
    },
    unlockFor: null,
    newDevices: [],
  };
}

/** Returns null when the challenge was used already, or is too old: then nothing is known of the account. */
async function register(deps: IdentityDeps, account: AccountRow, challenge: Challenge): Promise<SessionAnswer | null> {
  const { curves, publicApi } = deps;
  const { deviceList, vault, keyPackages } = unpublishedOf(account);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'register', deviceList: deviceList.bytes });
  try {
    return await publicApi.auth.register.mutate({
      ...proof,
      username: account.username,
      deviceList: toBase64(deviceList.bytes),
      deviceListSignature: toBase64(deviceList.signature),
      vault: vault && uploadOf(vault),
      keyPackages: keyPackagesOf(keyPackages),
    });
  } catch (error) {
    if (isSealError(error, 'CHALLENGE_INVALID')) return null;
    // The server has said no: these keys will never be an account.
    if (isSealError(error) && !error.isRetryable) await forgetKeys(deps, account);
    throw error;
  }
}
