import { SealError } from '@seal-chat/protocol';
import { requestChallenge, proveDevice } from './challenge.ts';
import type { Deps } from '../deps.ts';
import { ROWS } from '../store/rows.ts';
import { revokeDevice } from './own-devices.ts';
import type { IdentityDeps } from './own-account.ts';
import { tokensOf } from './tokens.ts';

/**
 * Continues the account this device was signed out of.
 *
 * @throws SealError NOT_SIGNED_IN when there is none, DEVICE_REVOKED, OFFLINE …
 */
export async function signIn(deps: IdentityDeps): Promise<void> {
  const { reader, transact, publicApi, curves, clock } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status === 'active') return;
  if (account?.status !== 'signed-out') throw new SealError('NOT_SIGNED_IN', 'client: no account to continue');
  const challenge = await requestChallenge(publicApi);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'signIn', deviceList: null });
  const session = await publicApi.auth.signIn.mutate(proof);
  await transact(async (tx) => {
    tx.put(ROWS.account, { ...account, status: 'active' });
    tx.put(ROWS.tokens, tokensOf(session, clock));
  });
}

/**
 * Ends the session. The server is told if it can be reached; this device forgets its tokens in any case. With `wipe`
 * it also leaves the account, unless it is the only device: others would go on encrypting for it.
 */
export async function endSession(deps: Deps, { wipe }: { readonly wipe: boolean }): Promise<void> {
  const { api, reader, transact } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status === 'active') {
    const leave = async (): Promise<void> => {
      const others = (await reader.get(ROWS.peer(account.userId)))?.known.list.devices.length ?? 1;
      if (wipe && others > 1) await revokeDevice(deps, account.device.deviceId);
      else await api.auth.signOut.mutate();
    };
    await leave().catch(() => {});
  }
  if (wipe) return;
  await transact(async (tx) => {
    const current = await tx.get(ROWS.account);
    if (current?.status === 'active') tx.put(ROWS.account, { ...current, status: 'signed-out' });
    tx.delete(ROWS.tokens);
  });
}
