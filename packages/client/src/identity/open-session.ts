import { isSealError, type ErrorCode } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { AccountRow, TokensRow } from '../store/rows.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import type { TokenDeps } from './session-rows.ts';

/** After these the server may never have looked at the refresh token. */
const NO_VERDICT: readonly ErrorCode[] = ['OFFLINE', 'UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL'];

/**
 * A session by the refresh token, or, where there is none or the server does not take it, by the device key.
 *
 * @throws SealError DEVICE_REVOKED, NOT_FOUND when the server does not know the device, OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function openSession(
  deps: TokenDeps,
  account: AccountRow,
  stored: TokensRow | null,
): Promise<SessionAnswer> {
  const { publicApi, curves, clock } = deps;
  if (stored !== null && stored.refreshExpiresAt > clock.server()) {
    try {
      return await publicApi.auth.refresh.mutate({ refreshToken: stored.refreshToken });
    } catch (error) {
      if (!isSealError(error) || NO_VERDICT.includes(error.code)) throw error;
    }
  }
  const challenge = await requestChallenge(publicApi);
  const proof = await proveDevice({ curves, account, challenge, purpose: 'signIn', deviceList: null });
  return publicApi.auth.signIn.mutate(proof);
}
