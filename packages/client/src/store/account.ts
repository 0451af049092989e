import { SealError } from '@seal-chat/protocol';
import type { DeviceTx, RowReader } from './device-tx.ts';
import { ROWS, type AccountRow } from './rows.ts';

/** The account of this device. @throws SealError NOT_SIGNED_IN, DEVICE_REVOKED */
export async function activeAccount(reader: RowReader): Promise<AccountRow> {
  const account = await reader.get(ROWS.account);
  if (account?.status === 'revoked') throw new SealError('DEVICE_REVOKED');
  if (account?.status !== 'active') throw new SealError('NOT_SIGNED_IN');
  return account;
}

/** The server says that another device took this one off the account. What is stored stays readable. */
export async function markRevoked(tx: DeviceTx): Promise<void> {
  const account = await tx.get(ROWS.account);
  if (account?.status === 'active') tx.put(ROWS.account, { ...account, status: 'revoked' });
}

/** Takes back what only the server had said of this device. */
export async function markActive(tx: DeviceTx): Promise<void> {
  const account = await tx.get(ROWS.account);
  if (account?.status === 'revoked') tx.put(ROWS.account, { ...account, status: 'active' });
}

/** Signs this device out, whatever the server knows of it. What is stored stays. */
export async function forgetSession(tx: DeviceTx): Promise<void> {
  const account = await tx.get(ROWS.account);
  if (account?.status === 'active') tx.put(ROWS.account, { ...account, status: 'signed-out' });
  tx.delete(ROWS.tokens);
}
