import { verifyDeviceListChain } from '@seal-chat/crypto';
import { constantTimeEqual, type UserId } from '@seal-chat/protocol';
import { chainOf } from '../api/answers.ts';
import type { FetchDeps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Trusts the account key that the server now shows for `userId`. Sessions with the old one's devices end.
 *
 * @throws SealError DEVICE_LIST_REJECTED when the server shows yet another one; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function acceptIdentity(deps: FetchDeps, userId: UserId): Promise<void> {
  const { api, reader, transact, curves } = deps;
  const { tenantId } = await activeAccount(reader);
  const before = await reader.get(ROWS.peer(userId));
  if (!before?.changedKey) return;
  const { lists } = await api.devices.lists.query({ users: [{ userId, since: 0 }] });
  const chain = chainOf(lists[0]?.chain ?? []);
  const expected = { tenantId, userId, accountKey: before.changedKey };
  const known = await verifyDeviceListChain({ curves, expected, known: null, chain });
  await transact(async (tx) => {
    const peer = await tx.get(ROWS.peer(userId));
    if (!peer?.changedKey || !constantTimeEqual(peer.changedKey, known.list.accountKey)) return;
    for (const { key } of await tx.list(ROWS.sessionsOf(userId))) tx.delete(key);
    tx.put(ROWS.peer(userId), { known, retired: [], changedKey: null });
  });
}
