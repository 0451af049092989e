import type { VaultSecrets } from '@seal-chat/crypto';
import type { SealedVault, VerifiedVault } from '@seal-chat/crypto/vault';
import { SealError, isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { loadVault } from './load-vault.ts';
import { vaultOf } from './vault-answers.ts';

/** The vault of this device's account, opened. */
export interface OpenedVault {
  readonly secrets: VaultSecrets;
  readonly verified: VerifiedVault;
  readonly sealed: SealedVault;
}

/**
 * Opens the vault of this device's account by a recovery code.
 *
 * @throws SealError WRONG_CODE, VAULT_REJECTED; NOT_FOUND for an account without one; OFFLINE, UNAVAILABLE
 */
export async function openOwnVault(
  deps: Pick<Deps, 'api' | 'reader' | 'curves' | 'kem' | 'rng'>,
  code: string,
): Promise<OpenedVault> {
  const { api, reader, curves, rng } = deps;
  const { tenantId, userId, identityKey } = await activeAccount(reader);
  const answer = await api.vault.get.query();
  if (answer === null) throw new SealError('NOT_FOUND', 'vault: the account has no recovery code');
  const sealed = vaultOf(answer);
  const { openVault } = await loadVault();
  const kem = await deps.kem();
  let wrongCode: unknown = new SealError('WRONG_CODE');
  for (const record of sealed.records) {
    try {
      const owner = { tenantId, userId };
      const opened = await openVault({ curves, rng, kem }, { owner, code, signed: sealed.signed, record, identityKey });
      return { secrets: opened.secrets, verified: opened.vault, sealed };
    } catch (error) {
      if (!isSealError(error, 'WRONG_CODE')) throw error;
      wrongCode = error;
    }
  }
  throw wrongCode;
}
