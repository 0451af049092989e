import { verifyDeviceListChain, type Account, type DeviceListState } from '@seal-chat/crypto';
import { SealError, constantTimeEqual, type SignedDeviceList } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
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
    throw new SealError('UNLOCK_NEEDED', 'account: this device does not have the present account key');
  }
  const { tenantId, userId, username } = list;
  return { tenantId, userId, username, certificate: list.certificate, key: accountKey, archive };
}

/** One commit from "has keys" to "signed in". */
export async function storeActive(
  deps: Pick<IdentityDeps, 'transact' | 'clock'>,
  input: { readonly account: AccountRow; readonly session: SessionAnswer; readonly known: DeviceListState },
): Promise<void> {
  const { account, session, known } = input;
  await deps.transact(async (tx) => {
    tx.put(ROWS.account, { ...account, status: 'active', username: known.list.username, unpublished: null });
    tx.put(ROWS.tokens, tokensOf(session, deps.clock));
    tx.put(ROWS.peer(account.userId), newPeer(known, deps.clock.now()));
    if (known.list.username !== null) tx.put(ROWS.name(account.userId), known.list.username);
  });
}

/** What is kept until the server has it. */
export function unpublishedOf(account: AccountRow): NonNullable<AccountRow['unpublished']> {
  if (account.unpublished === null) throw new SealError('INTERNAL', 'account: nothing left to publish');
  return account.unpublished;
}
