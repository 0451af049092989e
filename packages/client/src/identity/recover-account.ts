import { unwrapAccountSecrets } from '@seal-chat/crypto';
import { bytesOf } from '../api/answers.ts';
import { joinAccount } from './join-account.ts';
import type { IdentityDeps } from './own-account.ts';

/**
 * Adds this device to an account by its recovery code. Loaded when needed.
 *
 * @throws SealError WRONG_CODE, NOT_FOUND, RATE_LIMITED, and as `joinAccount`
 */
export async function recoverAccount(
  deps: IdentityDeps,
  input: { readonly username: string; readonly recoveryCode: string },
): Promise<void> {
  const answer = await deps.publicApi.recovery.fetch.mutate({ username: input.username });
  const { tenantId, userId, username } = answer;
  const blob = bytesOf(answer.blob);
  const { accountSeed } = await unwrapAccountSecrets({ code: input.recoveryCode, owner: { tenantId, userId }, blob });
  await joinAccount(deps, { tenantId, userId, username, accountSeed, anchor: null });
}
