import { accountSecretsCodec, findDevice, keyShareId, signKeyFromSeed, type AccountSecrets } from '@seal-chat/crypto';
import {
  SealError,
  constantTimeEqual,
  decode,
  decodeEnvelope,
  encode,
  isSealError,
  type Bytes,
  type DeviceId,
  type PreKeyBundle,
} from '@seal-chat/protocol';
import { bytesOf } from '../api/answers.ts';
import type { CryptoDeps, Deps } from '../context/deps.ts';
import { openEnvelope } from '../receive/open-envelope.ts';
import { sealForDevice } from '../send/prepare-wire.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type ReplacementRow } from '../store/rows.ts';

/**
 * Seals account secrets for the other devices of this account, each on its session. A device without a session and
 * without prekeys is left out: it learns them with the recovery code.
 *
 * @param remaining the devices that are to have them
 */
export async function sealShares(
  deps: CryptoDeps,
  tx: DeviceTx,
  input: {
    readonly remaining: readonly DeviceId[];
    readonly secrets: AccountSecrets;
    readonly bundles: ReadonlyMap<DeviceId, PreKeyBundle>;
  },
): Promise<ReplacementRow['shares']> {
  const { remaining, secrets, bundles } = input;
  const account = await activeAccount(tx);
  const { tenantId, userId } = account;
  const own = await tx.get(ROWS.peer(userId));
  if (own === null) throw new SealError('INTERNAL', "account: this account's device list is missing");
  const { list } = own.known;
  const plaintext = encode(accountSecretsCodec, secrets);
  const shares: { readonly deviceId: DeviceId; readonly envelope: Bytes }[] = [];
  for (const device of list.devices) {
    const { deviceId } = device;
    if (deviceId === account.device.deviceId || !remaining.includes(deviceId)) continue;
    const made = await sealForDevice(deps, tx, {
      account,
      target: { userId, device, listVersion: list.version },
      conversationId: keyShareId(tenantId, userId),
      ownListVersion: list.version,
      plaintext,
      bundle: bundles.get(deviceId) ?? null,
    });
    if (made !== null) shares.push({ deviceId, envelope: made.envelope });
  }
  return shares;
}

/**
 * Takes the present account key from what another device of the account sealed for this one, when this device's own is
 * behind its list. Where there is no such share, or it does not open, the account says that it waits for the code.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED, STORAGE_FAILED
 */
export async function takeKeyShare(deps: Deps): Promise<void> {
  const { api, reader, transact, report } = deps;
  if (await hasPresentKey(reader)) return;
  const share = await api.devices.keyShare.query();
  try {
    if (share === null) throw new SealError('NO_SESSION', 'account: no device has shared the account key');
    const envelope = bytesOf(share.envelope);
    await transact((tx) => openShare(deps, tx, share.senderDeviceId, envelope));
  } catch (error) {
    if (!isSealError(error) || error.code === 'STORAGE_FAILED' || error.code === 'STORAGE_CONFLICT') throw error;
    if (share !== null) report(error);
    await transact(async (tx) => {
      if (!(await hasPresentKey(tx))) tx.put(ROWS.account, { ...(await activeAccount(tx)), unlockFor: 'key' });
    });
  }
}

async function openShare(deps: Deps, tx: DeviceTx, senderDeviceId: DeviceId, bytes: Bytes): Promise<void> {
  const account = await activeAccount(tx);
  const { tenantId, userId } = account;
  const own = await tx.get(ROWS.peer(userId));
  const device = own && findDevice(own.known.list, senderDeviceId);
  if (device === null) throw new SealError('UNVERIFIED_DEVICE', 'account: the device that shared the key is gone');
  const conversationId = keyShareId(tenantId, userId);
  const envelope = decodeEnvelope(bytes);
  const opened = await openEnvelope(deps, tx, { account, senderUserId: userId, device, conversationId, envelope });
  const secrets = decode(accountSecretsCodec, opened.plaintext);
  if (!(await useSecrets(deps, tx, secrets))) {
    throw new SealError('BAD_SIGNATURE', 'account: what was shared is not the present account key');
  }
  opened.keep();
}

/** Puts account secrets into use, when they are those of the present list; tells whether they are. */
export async function useSecrets(deps: Pick<Deps, 'curves'>, tx: DeviceTx, secrets: AccountSecrets): Promise<boolean> {
  const account = await activeAccount(tx);
  const own = await tx.get(ROWS.peer(account.userId));
  const accountKey = await signKeyFromSeed(deps.curves, secrets.accountSeed);
  const { list, certificate } = own!.known;
  if (!constantTimeEqual(certificate.accountKey, accountKey.publicKey)) return false;
  if (list.archiveEpoch !== secrets.archive.epoch) return false;
  const unlockFor = account.unlockFor === 'key' ? null : account.unlockFor;
  tx.put(ROWS.account, { ...account, accountKey, archive: secrets.archive, unlockFor });
  return true;
}

/** Whether this device has the account key that its list is signed with. */
async function hasPresentKey(reader: Deps['reader']): Promise<boolean> {
  const { userId, accountKey } = await activeAccount(reader);
  const own = await reader.get(ROWS.peer(userId));
  return own === null || constantTimeEqual(own.known.certificate.accountKey, accountKey.publicKey);
}
