import {
  extendDeviceList,
  needsNewSession,
  replaceAccountKey as nextAccount,
  signKeyFromSeed,
  type SignSeed,
} from '@seal-chat/crypto';
import {
  SealError,
  constantTimeEqual,
  isSealError,
  toBase64,
  type Device,
  type DeviceId,
  type PreKeyBundle,
} from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { hasPqRatchet, loadSessions } from '../peers/sessions.ts';
import { claimBundles } from '../send/claim-bundles.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS, type ReplacementRow } from '../store/rows.ts';
import { sealShares } from './key-shares.ts';
import { loadVault } from './load-vault.ts';
import type { PresentVault } from './own-vault.ts';
import { uploadOf } from './vault-answers.ts';

/** Another device may change the list or the vault at the same time: what is made again goes on top of that. */
const MAX_ATTEMPTS = 4;

/**
 * Replaces the account key, without the devices of `remove`: what they know signs nothing any more. The list under the
 * next certificate, the vault and what the other devices need of the new key are stored here before they are published,
 * all at once, so that this is finished whenever this device is stopped (`resumeReplacement`).
 *
 * @param input.identitySeed stays with the caller
 * @throws SealError NOT_FOUND when a device to remove is not on the list; DEVICE_LIST_REJECTED when none would be left;
 *   UNLOCK_NEEDED, VAULT_REJECTED, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function replaceAccountKey(
  deps: Deps,
  input: { readonly identitySeed: SignSeed; readonly remove: readonly DeviceId[] },
): Promise<void> {
  await resumeReplacement(deps);
  for (let attempt = 1; ; attempt++) {
    // Learns the newest list, too.
    const present = await (await loadVault()).presentVault(deps);
    // What another device has taken off meanwhile is off; the key is replaced all the same.
    const remove = attempt === 1 ? input.remove : await stillListed(deps, input.remove);
    await prepare(deps, { ...input, remove, present });
    if (await resumeReplacement(deps)) return;
    if (attempt === MAX_ATTEMPTS) throw new SealError('DEVICE_LIST_REJECTED', 'account: list keeps changing');
  }
}

/** Those of `deviceIds` that are on the account's list. */
async function stillListed({ reader }: Deps, deviceIds: readonly DeviceId[]): Promise<readonly DeviceId[]> {
  const { userId } = await activeAccount(reader);
  const devices = (await reader.get(ROWS.peer(userId)))?.known.list.devices ?? [];
  return deviceIds.filter((id) => devices.some(({ deviceId }) => deviceId === id));
}

/** Makes everything and commits it. */
async function prepare(
  deps: Deps,
  {
    identitySeed,
    remove,
    present,
  }: Parameters<typeof replaceAccountKey>[1] & { readonly present: PresentVault | null },
): Promise<void> {
  const { reader, transact, curves, rng, now } = deps;
  const account = await activeAccount(reader);
  const { tenantId, userId, device } = account;
  const own = await reader.get(ROWS.peer(userId));
  if (own === null) throw new SealError('NOT_FOUND', 'device list: missing');
  const identity = await signKeyFromSeed(curves, identitySeed);
  const previous = own.known;
  const next = await nextAccount({ curves, rng, identity, previous });
  const author = device.deviceId;
  const previousArchive = account.archive;
  const secrets = { accountSeed: next.key.privateKey, archive: next.archive };
  const vault = present && (await sealAgain(present));
  const list = await extendDeviceList({
    curves,
    rng,
    account: next,
    previous,
    author,
    remove,
    vault: vault?.reference,
    previousArchive,
    now: now(),
  });
  const remaining = list.list.devices.map(({ deviceId }) => deviceId);
  const bundles = await bundlesFor(deps, list.list.devices);
  await transact(async (tx) => {
    const shares = await sealShares(deps, tx, { remaining, secrets, bundles });
    const { key: accountKey, archive } = next;
    tx.put(ROWS.replacement, { deviceList: list.signed, vault, shares, accountKey, archive });
  });

  /** The vault with the new secrets, for the same unlock ways: their public keys are all it takes. */
  async function sealAgain({ verified, methods }: PresentVault) {
    const { createVault } = await loadVault();
    return createVault(
      { curves, rng, kem: await deps.kem() },
      {
        owner: { tenantId, userId },
        identity,
        secrets: { identitySeed, account: secrets },
        methods,
        previous: verified,
        previousArchive: previousArchive.epoch === verified.vault.archiveEpoch ? previousArchive : null,
        now: now(),
      },
    );
  }
}

/** Prekey bundles of own devices that this one cannot send to without; those that have published none are left out. */
async function bundlesFor(deps: Deps, remaining: readonly Device[]): Promise<ReadonlyMap<DeviceId, PreKeyBundle>> {
  const { userId, device } = await activeAccount(deps.reader);
  const without = [];
  for (const other of remaining) {
    const { deviceId } = other;
    if (deviceId === device.deviceId) continue;
    const target = { userId, deviceId };
    const record = await loadSessions(deps.reader, target);
    if (needsNewSession(record, { pqRatchet: hasPqRatchet(other) }, deps.now())) without.push(target);
  }
  const bundles = new Map<DeviceId, PreKeyBundle>();
  for (const target of without) {
    const found = await claimBundles(deps, [target], new Set<DeviceId>());
    for (const [deviceId, bundle] of found) bundles.set(deviceId, bundle);
  }
  return bundles;
}

/**
 * Publishes a replacement of the account key that was prepared, and puts it into use; without effect where there is
 * none.
 *
 * @returns false when the newest list that the server shows is not signed with the prepared key, as where another device
 *   was quicker: what was prepared is forgotten then
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED: it stays prepared; and what else the server refused it with
 */
export async function resumeReplacement(deps: Deps): Promise<boolean> {
  const { api, reader, transact } = deps;
  const row = await reader.get(ROWS.replacement);
  if (row === null) return true;
  const { userId } = await activeAccount(reader);
  let refusal: unknown = null;
  try {
    await api.devices.replaceKey.mutate(inputOf(row));
  } catch (error) {
    if (isSealError(error) && error.isRetryable) throw error;
    refusal = error;
  }
  await learnDeviceLists(deps, [userId]);
  const known = (await reader.get(ROWS.peer(userId)))?.known;
  // The verified list decides what becomes of the key, not the answer: the same request may be under way twice.
  const isInUse = known !== undefined && constantTimeEqual(known.certificate.accountKey, row.accountKey.publicKey);
  await transact(async (tx) => {
    const present = await tx.get(ROWS.replacement);
    if (present === null || !constantTimeEqual(present.deviceList.bytes, row.deviceList.bytes)) return;
    tx.delete(ROWS.replacement);
    const { accountKey, archive } = row;
    if (isInUse) tx.put(ROWS.account, { ...(await activeAccount(tx)), accountKey, archive, unlockFor: null });
  });
  const wasOvertaken = isSealError(refusal, 'DEVICE_LIST_REJECTED') || isSealError(refusal, 'CONFLICT');
  if (refusal !== null && !isInUse && !wasOvertaken) throw refusal;
  return isInUse;
}

function inputOf({ deviceList, vault, shares }: ReplacementRow) {
  return {
    deviceList: toBase64(deviceList.bytes),
    signature: toBase64(deviceList.signature),
    vault: vault && uploadOf(vault),
    shares: shares.map(({ deviceId, envelope }) => ({ deviceId, envelope: toBase64(envelope) })),
  };
}
