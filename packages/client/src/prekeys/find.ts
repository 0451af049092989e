import { privatePreKeyCodec, type PreKeyName, type PrivatePreKey } from '@seal-chat/crypto';
import { decode } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';

/** The private prekeys of `names` that are here. */
export async function findPreKeys(tx: DeviceTx, names: readonly PreKeyName[]): Promise<readonly PrivatePreKey[]> {
  const rows = await Promise.all(names.map(({ kind, keyId }) => tx.get(ROWS.preKey(kind, keyId))));
  return rows.filter((row) => row !== null).map((row) => decode(privatePreKeyCodec, row));
}
