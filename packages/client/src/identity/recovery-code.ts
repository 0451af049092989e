import { createRecoveryCode, wrapAccountSecrets, type SignKeyPair, type Rng } from '@seal-chat/crypto';
import type { Bytes, TenantId, UserId } from '@seal-chat/protocol';

/** A new recovery code, and the account's secrets wrapped under it: the blob the server keeps. Loaded when needed. */
export async function wrapUnderNewCode(input: {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly accountKey: SignKeyPair;
  readonly rng: Rng;
}): Promise<{ readonly code: string; readonly blob: Bytes }> {
  const { tenantId, userId, accountKey, rng } = input;
  const code = createRecoveryCode(rng);
  const secrets = { accountSeed: accountKey.privateKey, extraKeys: [] };
  return { code, blob: await wrapAccountSecrets({ code, owner: { tenantId, userId }, secrets, rng }) };
}
