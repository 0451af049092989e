import { safetyNumber } from '@seal-chat/crypto';
import type { SignPublicKey, UserId } from '@seal-chat/protocol';
import type { FetchDeps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { learnDeviceLists } from './device-lists.ts';
import { safetyKeyOf } from './verified-key.ts';

/**
 * The safety number with `userId`, over the key the server shows now: after a change, people compare the new one before
 * they accept it.
 *
 * @throws SealError NOT_FOUND when there is no such account, OFFLINE when its list has never been fetched,
 *   NOT_SIGNED_IN
 */
export async function safetyNumberWith(deps: FetchDeps, userId: UserId): Promise<string | null> {
  if ((await deps.reader.get(ROWS.peer(userId))) === null) await learnDeviceLists(deps, [userId]);
  const peer = await deps.reader.get(ROWS.peer(userId));
  if (peer === null) return null;
  return safetyNumberOf(await activeAccount(deps.reader), userId, safetyKeyOf(peer));
}

/** The key that the account's own side of a safety number is over; see `safetyKeyOf`. */
export function ownSafetyKey(account: AccountRow): SignPublicKey {
  return account.identityKey;
}

/** The 60 digits for this account and one identity key of `userId`. */
export function safetyNumberOf(own: AccountRow, userId: UserId, identityKey: SignPublicKey): string {
  const ours = { userId: own.userId, identityKey: ownSafetyKey(own) };
  return safetyNumber(own.tenantId, ours, { userId, identityKey });
}
