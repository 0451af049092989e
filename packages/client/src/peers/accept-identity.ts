import { verifyDeviceListChain } from '@seal-chat/crypto';
import { SealError, constantTimeEqual, type UserId } from '@seal-chat/protocol';
import { chainOf } from '../api/answers.ts';
import type { FetchDeps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { newPeer } from './new-peer.ts';
import { safetyNumberOf } from './safety-number.ts';
import { forgetSessions } from './sessions.ts';
import { verifiedKeyOf } from './verified-key.ts';

/**
 * Trusts the changed identity key of `userId` that belongs to the digits the person has compared, and no other: the
 * server may show one key while they compare, and another one when they accept. Sessions with the old one's devices
 * end, and nothing that was sent before is sent again to the new ones. A person who was verified with another key has to
 * be verified again: that accepts the key as well (`commands/verification.ts`).
 *
 * @param compared the safety number, 60 digits, as it was shown
 * @throws SealError IDENTITY_CHANGED when the key shown now has other digits; VERIFICATION_REQUIRED; DEVICE_LIST_REJECTED;
 *   OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function acceptIdentity(deps: FetchDeps, userId: UserId, compared: string): Promise<void> {
  const verifiedKey = await verifiedKeyOf(deps.reader, userId);
  const { changedKey } = (await deps.reader.get(ROWS.peer(userId))) ?? {};
  if (verifiedKey !== null && changedKey && !constantTimeEqual(changedKey, verifiedKey)) {
    throw new SealError('VERIFICATION_REQUIRED', 'identity: verified with another key');
  }
  await acceptKey(deps, userId, compared);
}

/** As `acceptIdentity`, for a key that is being verified. */
export async function acceptKey(deps: FetchDeps, userId: UserId, compared: string): Promise<void> {
  const { api, reader, transact, curves, now } = deps;
  const account = await activeAccount(reader);
  const identityKey = (await reader.get(ROWS.peer(userId)))?.changedKey;
  if (!identityKey) return;
  if (safetyNumberOf(account, userId, identityKey) !== compared) {
    throw new SealError('IDENTITY_CHANGED', 'identity: another key was compared');
  }
  const { lists } = await api.devices.lists.query({ users: [{ userId, since: 0 }] });
  const chain = chainOf(lists[0]?.chain ?? []);
  const expected = { tenantId: account.tenantId, userId, identityKey };
  const known = await verifyDeviceListChain({ curves, expected, known: null, chain });
  await transact(async (tx) => {
    const peer = await tx.get(ROWS.peer(userId));
    if (!peer?.changedKey || !constantTimeEqual(peer.changedKey, identityKey)) {
      throw new SealError('IDENTITY_CHANGED', 'identity: changed again');
    }
    await forgetSessions(tx, userId);
    await forgetSentTo(tx, userId);
    tx.put(ROWS.peer(userId), newPeer(known, now()));
  });
}

/** What was sent to this person before is answered to nobody who asks for it again. */
async function forgetSentTo(tx: DeviceTx, userId: UserId): Promise<void> {
  for (const { key, value } of await tx.list(ROWS.allSent)) {
    const devices = value.devices.filter((device) => device.userId !== userId);
    if (devices.length < value.devices.length) tx.put(key, { ...value, devices });
  }
  for (const { key, value } of await tx.list(ROWS.answers)) if (value.userId === userId) tx.delete(key);
}
