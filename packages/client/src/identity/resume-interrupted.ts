import { isSealError, type ErrorCode } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { Challenge } from '../store/challenge-row.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import { chainOf } from '../api/answers.ts';
import {
  alreadyHere,
  forgetKeys,
  storeActive,
  unpublishedOf,
  verifyOwnChain,
  type IdentityDeps,
} from './own-account.ts';

/** How a server says that it does not have the device. */
const NOT_HERE: readonly ErrorCode[] = [
  'NOT_FOUND',
  'NOT_SIGNED_IN',
  'BAD_SIGNATURE',
  'DEVICE_REVOKED',
  'FORBIDDEN',
  'CHALLENGE_INVALID',
];

/**
 * Runs `task`, which gives this device an account, while no other tab does the same.
 *
 * @throws SealError CONFLICT when this device has an account, and as `resumeInterrupted`
 */
export function withoutAccount<T>(deps: IdentityDeps, task: () => Promise<T>): Promise<T> {
  return deps.store.locks.run('account', async () => {
    if ((await resumeOrForget(deps)) !== null) throw alreadyHere();
    return task();
  });
}

/**
 * As `resumeInterrupted`, and forgets what the server does not have. The caller holds the lock `account`. Challenges of
 * requests that may still be on their way are used up before: what comes later makes no account, and adds no device,
 * whose keys are gone (PROTOCOL, _Sign-in proof_).
 */
export async function resumeOrForget(deps: IdentityDeps): Promise<AccountRow | null> {
  const begun = await deps.reader.get(ROWS.account);
  for (const challenge of begun?.unpublished?.challenges ?? []) {
    await signInIfKnown(deps, begun!, challenge);
  }
  const account = await resumeInterrupted(deps);
  if (begun !== null && account === null) await forgetKeys(deps, begun);
  return account;
}

/**
 * Finds out what became of a registration or joining that a crash or a lost answer cut short, and finishes it when the
 * server has the device: with its keys gone, it would be one that no other device can send to. What the server does not
 * have may be on its way in another tab, and stays.
 *
 * @returns the account of this device; null when it has none
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED when the server cannot be asked
 */
export async function resumeInterrupted(deps: IdentityDeps): Promise<AccountRow | null> {
  const { reader, publicApi } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status !== 'registering' && account?.status !== 'joining') return account;
  const session = await signInIfKnown(deps, account, await requestChallenge(publicApi));
  if (session === null) return null;
  const { userId } = account;
  const { lists } = await publicApi.devices.lists.query({ users: [{ userId, since: 0 }] });
  const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  await storeActive(deps, { account, session, known: await verifyOwnChain(deps, account, chain) });
  return reader.get(ROWS.account);
}

/** The same account, with a further request that is about to leave. */
export function withChallenge(account: AccountRow, challenge: Challenge): AccountRow {
  const unpublished = unpublishedOf(account);
  const open = unpublished.challenges.filter(({ expiresAt }) => expiresAt > challenge.serverTime);
  return { ...account, unpublished: { ...unpublished, challenges: [...open, challenge] } };
}

async function signInIfKnown(
  { curves, publicApi }: IdentityDeps,
  account: AccountRow,
  challenge: Challenge,
): Promise<SessionAnswer | null> {
  const proof = await proveDevice({ curves, account, challenge, purpose: 'signIn', deviceList: null });
  try {
    return await publicApi.auth.signIn.mutate(proof);
  } catch (error) {
    if (isSealError(error) && NOT_HERE.includes(error.code)) return null;
    throw error;
  }
}
