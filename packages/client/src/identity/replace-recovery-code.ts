import { SealError, constantTimeEqual, isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { loadVault } from './load-vault.ts';
import { signerOf } from './own-account.ts';
import { publishList } from './publish-list.ts';

/**
 * Makes a new recovery code; the old one stops working as soon as the server has the new vault. The code and the vault
 * are kept here before that, so that a code the server knows is never lost; the code until the person confirms it.
 *
 * @throws SealError BAD_INPUT for a guest, who has no name to recover by; UNLOCK_NEEDED without the present code where
 *   that was confirmed; WRONG_CODE, VAULT_REJECTED, NOT_SIGNED_IN, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function replaceRecoveryCode(
  deps: Deps,
  { recoveryCode }: { readonly recoveryCode?: string } = {},
): Promise<{ readonly recoveryCode: string }> {
  const { reader, transact } = deps;
  await uploadPending(deps);
  const { openOwnVault, presentVault, vaultUnderNewCode } = await loadVault();
  const account = await activeAccount(reader);
  const { tenantId, userId, username, identityKey } = account;
  if (username === null) throw new SealError('BAD_INPUT', 'recovery: a guest has no user name');
  const identitySeed =
    recoveryCode === undefined ? account.identitySeed : (await openOwnVault(deps, recoveryCode)).identitySeed;
  if (identitySeed === null) throw new SealError('UNLOCK_NEEDED', 'recovery: the present code is needed');
  const present = await presentVault(deps);
  const own = await reader.get(ROWS.peer(userId));
  if (own === null) throw new SealError('NOT_FOUND', 'device list: missing');
  const { key, archive } = signerOf(account, own.known);
  const { code, vault } = await vaultUnderNewCode(deps, {
    owner: { tenantId, userId },
    identityKey,
    secrets: { identitySeed, account: { accountSeed: key.privateKey, archive } },
    previous: present && present.verified,
  });
  await transact(async (tx) => {
    tx.put(ROWS.account, { ...(await activeAccount(tx)), recoveryCode: code, identitySeed });
    tx.put(ROWS.vaultUpload, vault);
  });
  await uploadPending(deps);
  return { recoveryCode: code };
}

/**
 * Publishes the vault of a new recovery code that the server does not have yet, with the list that names it. Where
 * another device changed the vault first, the new code opens nothing and is forgotten.
 *
 * @throws SealError CONFLICT, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function uploadPending(deps: Deps): Promise<void> {
  const { reader, transact } = deps;
  const vault = await reader.get(ROWS.vaultUpload);
  if (vault === null) return;
  const { version, hash } = vault.reference;
  try {
    await publishList(deps, ({ list }) => {
      if (constantTimeEqual(list.vaultHash, hash)) return null;
      if (list.vaultVersion !== version - 1) throw new SealError('CONFLICT', 'recovery: another code came first');
      return { vault };
    });
  } catch (error) {
    if (isSealError(error) && error.isRetryable) throw error;
    await transact(async (tx) => {
      tx.put(ROWS.account, { ...(await activeAccount(tx)), recoveryCode: null });
      tx.delete(ROWS.vaultUpload);
    });
    throw error;
  }
  await transact(async (tx) => tx.delete(ROWS.vaultUpload));
}
