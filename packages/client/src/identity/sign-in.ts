import { SealError } from '@seal-chat/protocol';
import { requestChallenge, proveDevice } from './challenge.ts';
import { ROWS } from '../store/rows.ts';
import type { IdentityDeps } from './own-account.ts';
import { tokensOf } from './session-rows.ts';

/**
 * Continues the account this device was signed out of.
 *
 * @throws SealError NOT_SIGNED_IN when there is none, DEVICE_REVOKED, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function signIn(deps: IdentityDeps): Promise<void> {
  const { reader, transact, publicApi, curves, clock } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status === 'active') return;
  if (account?.status !== 'signed-out') throw new SealError('NOT_SIGNED_IN');
  const challenge = await requestChallenge(publicApi);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'signIn', deviceList: null });
  const session = await publicApi.auth.signIn.mutate(proof);
  await transact(async (tx) => {
    const found = await tx.get(ROWS.account);
    // Another tab was quicker.
    if (found?.status !== 'signed-out') return;
    tx.put(ROWS.account, { ...found, status: 'active' });
    tx.put(ROWS.tokens, tokensOf(session, clock));
  });
}
