import { safetyNumber } from '@seal-chat/crypto';
import type { UserId } from '@seal-chat/protocol';
import type { FetchDeps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { learnDeviceLists } from './device-lists.ts';

/**
 * The safety number with `userId`, over the key the server shows now: after a change, people compare the new one before
 * they accept it.
 *
 * @throws SealError NOT_FOUND when there is no such account, OFFLINE when its list has never been fetched,
 *   NOT_SIGNED_IN
 */
export async function safetyNumberWith(deps: FetchDeps, userId: UserId): Promise<string | null> {
  const account = await activeAccount(deps.reader);
  if ((await deps.reader.get(ROWS.peer(userId))) === null) await learnDeviceLists(deps, [userId]);
  const peer = await deps.reader.get(ROWS.peer(userId));
  if (peer === null) return null;
  const theirs = { userId, accountKey: peer.changedKey ?? peer.known.list.accountKey };
  const own = { userId: account.userId, accountKey: account.accountKey.publicKey };
  return safetyNumber(account.tenantId, own, theirs);
}
