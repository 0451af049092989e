import { SealError, isSealError } from '@seal-chat/protocol';
import type { TokenSource } from '../api/transport.ts';
import { markRevoked } from '../store/account.ts';
import { ROWS, type TokensRow } from '../store/rows.ts';
import { tokensOf, type OpenSession, type TokenDeps } from './session-rows.ts';

/** A token is renewed this long before it runs out, ms. */
const RENEW_BEFORE_MS = 20_000;

/**
 * Tokens of this device, shared by its tabs through the store. One tab at a time renews them, under a lock that is
 * held over the network, so that a refresh token is never used twice. One that got lost costs a challenge: the device
 * key is what proves who we are.
 */
export function createTokenSource(deps: TokenDeps, openSession: OpenSession): TokenSource {
  const { store, reader, transact, clock } = deps;
  let cached: TokensRow | null = null;
  let refused: string | null = null;
  let renewing: Promise<TokensRow> | null = null;

  const isUsable = (tokens: TokensRow | null): tokens is TokensRow =>
    tokens !== null && tokens.accessToken !== refused && tokens.accessExpiresAt - clock.server() > RENEW_BEFORE_MS;

  const renew = (): Promise<TokensRow> =>
    store.locks.run('session', async () => {
      const account = await reader.get(ROWS.account);
      if (account?.status === 'revoked') throw new SealError('DEVICE_REVOKED');
      if (account?.status !== 'active') throw new SealError('NOT_SIGNED_IN');
      const stored = await reader.get(ROWS.tokens);
      if (stored !== null) clock.restore(stored.clockOffset);
      if (isUsable(stored)) return stored;
      const session = await openSession(deps, account, stored).catch((error: unknown) => noteRevoked(deps, error));
      return transact(async (tx) => {
        // Signed out meanwhile, perhaps in another tab.
        if ((await tx.get(ROWS.account))?.status !== 'active') throw new SealError('NOT_SIGNED_IN');
        const tokens = tokensOf(session, clock);
        tx.put(ROWS.tokens, tokens);
        return tokens;
      });
    });

  return {
    async accessToken() {
      if (!isUsable(cached)) {
        renewing ??= renew().finally(() => (renewing = null));
        cached = await renewing;
      }
      return cached.accessToken;
    },
    current: () => cached?.accessToken ?? null,
    refuse: (token) => void (refused = token ?? refused),
    forget: () => void (cached = null),
  };
}

/** The account says so itself from now on, in every tab. */
async function noteRevoked({ transact }: TokenDeps, error: unknown): Promise<never> {
  if (isSealError(error, 'DEVICE_REVOKED')) await transact(markRevoked);
  throw error;
}
