import { signUnlockProof } from '@seal-chat/crypto';
import { toBase64, wipe } from '@seal-chat/protocol';
import { bytesOf } from '../api/answers.ts';
import { requestChallenge } from './challenge.ts';
import { joinAccount, prepareToJoin } from './join-account.ts';
import { loadVault } from './load-vault.ts';
import type { IdentityDeps } from './own-account.ts';

/**
 * Adds this device to an account by its recovery code. Loaded when needed. What the code opens beside the account key
 * is not kept here.
 *
 * @throws SealError WRONG_CODE, NOT_FOUND, VAULT_REJECTED, RATE_LIMITED, and as `joinAccount`
 */
export async function recoverAccount(
  deps: IdentityDeps,
  input: { readonly username: string; readonly recoveryCode: string },
): Promise<void> {
  const { curves, rng, publicApi } = deps;
  const { username, recoveryCode: code } = input;
  const device = await prepareToJoin(deps);
  const { openVault, unlockKeyOf } = await loadVault();
  const first = await requestChallenge(publicApi);
  const unlockKey = await unlockKeyOf({ curves, code, tenantId: first.tenantId });
  const proof = { purpose: 'open', deviceListHash: null, ...first } as const;
  const signature = toBase64(await signUnlockProof(curves, unlockKey, proof));
  const answer = await publicApi.vault.unlock.mutate({ username, challengeId: first.challengeId, signature });
  const { userId } = answer;
  const { tenantId } = first;
  const opened = await openVault(
    { curves, rng, kem: await deps.kem() },
    {
      owner: { tenantId, userId },
      code,
      signed: { bytes: bytesOf(answer.vault), signature: bytesOf(answer.signature) },
      record: bytesOf(answer.record),
    },
  );
  const { identitySeed, account: secrets } = opened.secrets;
  wipe(identitySeed);
  await joinAccount(deps, {
    tenantId,
    userId,
    username: answer.username,
    identityKey: opened.vault.vault.identityKey,
    secrets,
    device,
    anchor: null,
    vaultHash: opened.vault.hash,
    async admission(challenge, deviceListHash) {
      const joining = { purpose: 'join', ...challenge, deviceListHash } as const;
      const signed = await signUnlockProof(curves, unlockKey, joining);
      return { kind: 'unlock', methodId: opened.methodId, signature: toBase64(signed) };
    },
  });
}
