import { verifyDeviceListChain, type DeviceListState } from '@seal-chat/crypto';
import { SealError, type SignedDeviceList } from '@seal-chat/protocol';
import type { SessionAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { tokensOf } from './session-rows.ts';

/** What commands that make or continue an account are handed: no account is signed in yet. */
export type IdentityDeps = Omit<Deps, 'api'>;

/** Verifies the device lists of this device's account, whose key is known beforehand. */
export function verifyOwnChain(
  deps: Pick<Deps, 'curves'>,
  { tenantId, userId, accountKey }: Pick<AccountRow, 'tenantId' | 'userId' | 'accountKey'>,
  chain: readonly SignedDeviceList[],
): Promise<DeviceListState> {
  const expected = { tenantId, userId, accountKey: accountKey.publicKey };
  return verifyDeviceListChain({ curves: deps.curves, expected, known: null, chain });
}

/** One commit from "has keys" to "signed in". */
export async function storeActive(
  deps: Pick<IdentityDeps, 'transact' | 'clock'>,
  input: { readonly account: AccountRow; readonly session: SessionAnswer; readonly known: DeviceListState },
): Promise<void> {
  const { account, session, known } = input;
  await deps.transact(async (tx) => {
    tx.put(ROWS.account, { ...account, status: 'active', username: session.username, unpublished: null });
    tx.put(ROWS.tokens, tokensOf(session, deps.clock));
    tx.put(ROWS.peer(account.userId), { known, retired: [], changedKey: null });
  });
}

/** What is kept until the server has it. */
export function unpublishedOf(account: AccountRow): NonNullable<AccountRow['unpublished']> {
  if (account.unpublished === null) throw new SealError('INTERNAL', 'account: nothing left to publish');
  return account.unpublished;
}
