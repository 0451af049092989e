import { verifyDeviceListChain, type Account, type DeviceListState } from '@seal-chat/crypto';
import { SealError, constantTimeEqual, type SignedDeviceList } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { putKeyPackages } from '../key-packages/make.ts';
import { newPeer } from '../peers/new-peer.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { tokensOf } from './session-rows.ts';

/** What commands that make or continue an account are handed: no account is signed in yet. */
export type IdentityDeps = Omit<Deps, 'api'>;

/** Verifies the device lists of this device's account, whose identity key is known beforehand. */
export function verifyOwnChain(
  deps: Pick<Deps, 'curves'>,
  { tenantId, userId, identityKey }: Pick<AccountRow, 'tenantId' | 'userId' | 'identityKey'>,
  chain: readonly SignedDeviceList[],
): Promise<DeviceListState> {
  const expected = { tenantId, userId, identityKey };
  return verifyDeviceListChain({ curves: deps.curves, expected, known: null, chain });
}

/**
 * Returns who signs the list after `known`.
 *
 * @throws SealError UNLOCK_NEEDED when this device does not have the account key of `known`
 */
export function signerOf(
  { accountKey, archive }: Pick<AccountRow, 'accountKey' | 'archive'>,
  { list, certificate }: DeviceListState,
): Account {
  if (!constantTimeEqual(certificate.accountKey, accountKey.publicKey)) {
    throw new SealError('UNLOCK_NEEDED');
  }
  const { tenantId, userId, username } = list;
  return { tenantId, userId, username, certificate: list.certificate, key: accountKey, archive };
}

/** Says that this device has an account, perhaps since another tab gave it one. */
export function alreadyHere(): SealError {
  return new SealError('CONFLICT', 'client: has an account');
}

/** Stores the keys of an account that is being made or joined, unless another tab has stored those of another one, or finished. */
export function storeKeys({ transact }: Pick<IdentityDeps, 'transact'>, account: AccountRow): Promise<boolean> {
  return transact(async (tx) => {
    const found = await tx.get(ROWS.account);
    const isFree = found === null || (isSameDevice(found, account) && found.status === account.status);
    if (isFree) tx.put(ROWS.account, account);
    return isFree;
  });
}

/** Forgets keys that will never be an account. */
export async function forgetKeys({ transact }: Pick<IdentityDeps, 'transact'>, account: AccountRow): Promise<void> {
  await transact(async (tx) => {
    const found = await tx.get(ROWS.account);
    if (isSameDevice(found, account) && found?.status === account.status) tx.delete(ROWS.account);
  });
}

function isSameDevice(found: AccountRow | null, { device }: AccountRow): boolean {
  return found?.device.deviceId === device.deviceId;
}

/**
 * One commit from "has keys" to "signed in". Changes nothing when another tab was quicker.
 *
 * @throws SealError CONFLICT when another tab has given this device another account
 */
export async function storeActive(
  deps: Pick<IdentityDeps, 'transact' | 'clock'>,
  input: { readonly account: AccountRow; readonly session: SessionAnswer; readonly known: DeviceListState },
): Promise<void> {
  const { account, session, known } = input;
  await deps.transact(async (tx) => {
    const found = await tx.get(ROWS.account);
    if (!isSameDevice(found, account)) throw alreadyHere();
    if (found?.status !== account.status) return;
    tx.put(ROWS.account, { ...account, status: 'active', username: known.list.username, unpublished: null });
    putKeyPackages(tx, unpublishedOf(account).keyPackages, deps.clock.now());
    tx.put(ROWS.tokens, tokensOf(session, deps.clock));
    tx.put(ROWS.peer(account.userId), newPeer(known, deps.clock.now()));
    if (known.list.username !== null) tx.put(ROWS.name(account.userId), known.list.username);
  });
}

/** What is kept until the server has it. */
export function unpublishedOf(account: AccountRow): NonNullable<AccountRow['unpublished']> {
  if (account.unpublished === null) throw new SealError('INTERNAL');
  return account.unpublished;
}
