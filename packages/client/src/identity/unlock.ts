import { constantTimeEqual, SealError, utf8 } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { useSecrets } from './key-shares.ts';
import { loadVault } from './load-vault.ts';
import { replaceAccountKey, resumeReplacement } from './replace-account-key.ts';
import { uploadPending } from './replace-recovery-code.ts';

/** How much of a code is typed back. */
const LAST_CHARACTERS = 4;

/**
 * Finishes what waits for the recovery code: learns the present account key, and replaces it where a device was removed
 * that knows it.
 *
 * @throws SealError WRONG_CODE, VAULT_REJECTED, NOT_FOUND, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function unlock(deps: Deps, { recoveryCode }: { readonly recoveryCode: string }): Promise<void> {
  const { reader, transact } = deps;
  const { openOwnVault } = await loadVault();
  const secrets = await openOwnVault(deps, recoveryCode);
  const { userId } = await activeAccount(reader);
  await resumeReplacement(deps);
  await learnDeviceLists(deps, [userId]);
  await transact((tx) => useSecrets(deps, tx, secrets.account));
  const { unlockFor } = await activeAccount(reader);
  if (unlockFor !== null) await replaceAccountKey(deps, { identitySeed: secrets.identitySeed, remove: [] });
}

/**
 * Forgets the recovery code and the identity key, once the person has typed the end of the code back and the code was
 * seen to open what the server has.
 *
 * @throws SealError WRONG_CODE, VAULT_REJECTED, OFFLINE, UNAVAILABLE: nothing is forgotten then
 */
export async function confirmRecoveryCode(deps: Deps, typed: string): Promise<void> {
  const { recoveryCode } = await activeAccount(deps.reader);
  if (recoveryCode === null) return;
  const last = symbolsOf(recoveryCode).slice(-LAST_CHARACTERS);
  if (!constantTimeEqual(utf8(symbolsOf(typed)), utf8(last))) {
    throw new SealError('WRONG_CODE', 'recovery code: the last characters are others');
  }
  await uploadPending(deps);
  await (await loadVault()).openOwnVault(deps, recoveryCode);
  await deps.transact(async (tx) => {
    const account = await activeAccount(tx);
    if (account.recoveryCode !== recoveryCode) return;
    tx.put(ROWS.account, { ...account, recoveryCode: null, identitySeed: null });
  });
}

function symbolsOf(code: string): string {
  return code
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}
