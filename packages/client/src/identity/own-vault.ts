import { checkRecords, verifyVault, type Method, type VerifiedVault } from '@seal-chat/crypto/vault';
import { SealError, constantTimeEqual } from '@seal-chat/protocol';
import type { VaultAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import type { AccountRow } from '../store/rows.ts';
import { vaultOf } from './vault-answers.ts';

/**
 * Checks that a vault is one that this account's identity key has signed, and that the unlock ways that came with it are
 * those it names. Secrets are sealed again to these ways by their public keys: to one that the server made up, it would
 * be the server that opens them.
 *
 * @throws SealError VAULT_REJECTED, BAD_SIGNATURE, MALFORMED, TOO_LARGE or UNSUPPORTED_VERSION
 */
export async function verifyOwnVault(
  { curves }: Pick<Deps, 'curves'>,
  { tenantId, userId, identityKey }: Pick<AccountRow, 'tenantId' | 'userId' | 'identityKey'>,
  answer: VaultAnswer,
): Promise<{ readonly verified: VerifiedVault; readonly methods: readonly Method[] }> {
  const { signed, records } = vaultOf(answer);
  const verified = await verifyVault(curves, signed);
  const { vault } = verified;
  const isOwn = vault.tenantId === tenantId && vault.userId === userId;
  if (!isOwn || !constantTimeEqual(vault.identityKey, identityKey)) throw new SealError('VAULT_REJECTED');
  return { verified, methods: checkRecords(verified, records) };
}
