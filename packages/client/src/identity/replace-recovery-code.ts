import { SealError, toBase64 } from '@seal-chat/protocol';
import { type Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { wrapUnderNewCode } from './recovery-code.ts';

/**
 * Makes a new recovery code; the old one stops working as soon as the server has the new blob. Kept on this
 * device until the person confirms it.
 *
 * @throws SealError BAD_INPUT for a guest, who has no name to recover by; NOT_SIGNED_IN, OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function replaceRecoveryCode(
  deps: Pick<Deps, 'api' | 'reader' | 'transact' | 'rng'>,
): Promise<{ readonly recoveryCode: string }> {
  const { api, reader, transact, rng } = deps;
  const { tenantId, userId, username, accountKey } = await activeAccount(reader);
  if (username === null) throw new SealError('BAD_INPUT', 'recovery: a guest has no user name');
  const { code, blob } = await wrapUnderNewCode({ tenantId, userId, accountKey, rng });
  await api.recovery.store.mutate({ blob: toBase64(blob) });
  await transact(async (tx) => tx.put(ROWS.account, { ...(await activeAccount(tx)), recoveryCode: code }));
  return { recoveryCode: code };
}
