import { isSealError, type ErrorCode } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import { chainOf } from '../api/answers.ts';
import { storeActive, verifyOwnChain, type IdentityDeps } from './own-account.ts';

/** How a server says that it does not have the device. */
const NOT_HERE: readonly ErrorCode[] = ['NOT_FOUND', 'NOT_SIGNED_IN', 'BAD_SIGNATURE', 'DEVICE_REVOKED', 'FORBIDDEN'];

/**
 * Finds out what became of a registration or joining that a crash or a lost answer cut short, and finishes or forgets
 * it. A device the server has, but whose keys are gone, would be one that no other device can send to.
 *
 * @returns the account of this device; null when it has none
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED when the server cannot be asked
 */
export async function resumeInterrupted(deps: IdentityDeps): Promise<AccountRow | null> {
  const { reader, transact, publicApi } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status !== 'registering' && account?.status !== 'joining') return account;
  const session = await signInIfKnown(deps, account);
  if (session === null) {
    await transact(async (tx) => tx.delete(ROWS.account));
    return null;
  }
  const { userId } = account;
  const { lists } = await publicApi.devices.lists.query({ users: [{ userId, since: 0 }] });
  const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  await storeActive(deps, { account, session, known: await verifyOwnChain(deps, account, chain) });
  return reader.get(ROWS.account);
}

async function signInIfKnown(deps: IdentityDeps, account: AccountRow): Promise<SessionAnswer | null> {
  const { curves, publicApi } = deps;
  const challenge = await requestChallenge(publicApi);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'signIn', deviceList: null });
  try {
    return await publicApi.auth.signIn.mutate(proof);
  } catch (error) {
    if (isSealError(error) && NOT_HERE.includes(error.code)) return null;
    throw error;
  }
}
