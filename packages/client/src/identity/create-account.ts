import { createAccountKey, createDeviceKeys, createDeviceList } from '@seal-chat/crypto';
import { SealError, isSealError, newId, toBase64, type UserId } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { proveDevice, requestChallenge, type Challenge } from './challenge.ts';
import { storeActive, unpublishedOf, verifyOwnChain, type IdentityDeps } from './own-account.ts';
import { wrapUnderNewCode } from './recovery-code.ts';
import { resumeInterrupted } from './resume-interrupted.ts';

/**
 * Opens an account with this device as its first. The keys are stored before the server is told of them, so a crash or
 * a lost answer leaves an account that `resumeInterrupted` finds.
 *
 * @throws SealError CONFLICT when this device has an account; USERNAME_TAKEN, BAD_INPUT, OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function createAccount(
  deps: IdentityDeps,
  username: string | null,
): Promise<{ readonly recoveryCode: string | null }> {
  const resumed = await resumeInterrupted(deps);
  if (resumed?.username === username && resumed.status === 'active') return { recoveryCode: resumed.recoveryCode };
  if (resumed !== null) throw new SealError('CONFLICT', 'client: this device already has an account');
  const challenge = await requestChallenge(deps.publicApi);
  const account = await newAccount(deps, challenge, username);
  const session = await register(deps, account, challenge);
  const known = await verifyOwnChain(deps, account, [unpublishedOf(account).deviceList]);
  await storeActive(deps, { account, session, known });
  return { recoveryCode: account.recoveryCode };
}

/** Makes all keys and stores them. */
async function newAccount(deps: IdentityDeps, challenge: Challenge, username: string | null): Promise<AccountRow> {
  const { curves, rng, clock, transact } = deps;
  const { tenantId } = challenge;
  clock.learn(challenge.serverTime);
  const userId = newId<UserId>(rng(16));
  const accountKey = await createAccountKey({ curves, rng });
  const device = await createDeviceKeys({ curves, rng });
  const account = { tenantId, userId, key: accountKey };
  const { signed } = await createDeviceList({ curves, account, device, now: clock.now() });
  // A guest could never name the account to recover.
  const wrapped = username === null ? null : await wrapUnderNewCode({ tenantId, userId, accountKey, rng });
  const row: AccountRow = {
    status: 'registering',
    tenantId,
    userId,
    username,
    accountKey,
    device,
    recoveryCode: wrapped?.code ?? null,
    unpublished: { deviceList: signed, recovery: wrapped?.blob ?? null },
  };
  await transact(async (tx) => tx.put(ROWS.account, row));
  return row;
}

async function register(deps: IdentityDeps, account: AccountRow, challenge: Challenge): Promise<SessionAnswer> {
  const { curves, publicApi, transact } = deps;
  const { deviceList, recovery } = unpublishedOf(account);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'register', deviceList: deviceList.bytes });
  try {
    return await publicApi.auth.register.mutate({
      ...proof,
      username: account.username,
      deviceList: toBase64(deviceList.bytes),
      deviceListSignature: toBase64(deviceList.signature),
      recovery: recovery && toBase64(recovery),
    });
  } catch (error) {
    // The server has said no: these keys will never be an account.
    if (isSealError(error) && !error.isRetryable) await transact(async (tx) => tx.delete(ROWS.account));
    throw error;
  }
}
