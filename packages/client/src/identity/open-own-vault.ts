import type { VaultSecrets } from '@seal-chat/crypto';
import { openVault } from '@seal-chat/crypto/vault';
import { SealError, isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { presentVault } from './own-vault.ts';

/**
 * Opens the vault of this device's account by a recovery code. Loaded when needed.
 *
 * @throws SealError WRONG_CODE; NOT_FOUND for an account without one; and as `presentVault`
 */
export async function openOwnVault(deps: Deps, code: string): Promise<VaultSecrets> {
  const { reader, curves, rng } = deps;
  const present = await presentVault(deps);
  if (present === null) throw new SealError('NOT_FOUND', 'vault: the account has no recovery code');
  const { tenantId, userId, identityKey } = await activeAccount(reader);
  const { signed, records } = present.sealed;
  const kem = await deps.kem();
  let wrongCode: unknown = new SealError('WRONG_CODE');
  for (const record of records) {
    try {
      const owner = { tenantId, userId };
      return (await openVault({ curves, rng, kem }, { owner, code, signed, record, identityKey })).secrets;
    } catch (error) {
      if (!isSealError(error, 'WRONG_CODE')) throw error;
      wrongCode = error;
    }
  }
  throw wrongCode;
}
