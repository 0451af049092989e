import type { Curves } from '@seal-chat/crypto';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { SealApi } from '../api/types.ts';
import type { Clock } from '../context/clock.ts';
import type { DeviceStore } from '../store/device-store.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import type { AccountRow, TokensRow } from '../store/rows.ts';

/** What functions that open sessions are handed. */
export interface TokenDeps {
  readonly store: DeviceStore;
  readonly reader: RowReader;
  readonly transact: <T>(task: (tx: DeviceTx) => Promise<T>) => Promise<T>;
  readonly publicApi: SealApi;
  readonly curves: Curves;
  readonly clock: Clock;
}

/** The tokens row of a session a server has just opened. */
export function tokensOf(session: SessionAnswer, clock: Clock): TokensRow {
  const clockOffset = clock.learn(session.serverTime);
  const { accessToken, accessExpiresAt, refreshToken, refreshExpiresAt } = session;
  return { accessToken, accessExpiresAt, refreshToken, refreshExpiresAt, clockOffset };
}

/** Opens a session of an account, by the refresh token in `stored` or by the device key: see `open-session.ts`. */
export type OpenSession = (deps: TokenDeps, account: AccountRow, stored: TokensRow | null) => Promise<SessionAnswer>;
