import type { VaultSecrets } from '@seal-chat/crypto';
import type { SealedVault, VerifiedVault } from '@seal-chat/crypto/vault';
import type { SignPublicKey, TenantId, UserId } from '@seal-chat/protocol';
import type { CryptoDeps } from '../context/deps.ts';
import { loadVault } from './load-vault.ts';

/** Whose code it becomes, and what it opens. */
interface NewCodeInput {
  readonly owner: { readonly tenantId: TenantId; readonly userId: UserId };
  readonly identityKey: SignPublicKey;
  readonly secrets: VaultSecrets;
  /** The present vault, which the new one replaces; null for the first. */
  readonly previous: VerifiedVault | null;
}

/**
 * Makes a new recovery code, and a vault that it alone opens. Takes about a second.
 *
 * @throws SealError OFFLINE when the code for it cannot be loaded
 */
export async function vaultUnderNewCode(
  deps: CryptoDeps,
  input: NewCodeInput,
): Promise<{ readonly code: string; readonly vault: SealedVault }> {
  const { curves, rng } = deps;
  const { owner, identityKey, secrets, previous } = input;
  const { createRecoveryCode, createRecoveryMethod, createVault } = await loadVault();
  const code = createRecoveryCode(rng);
  const vaultDeps = { curves, rng, kem: await deps.kem() };
  const now = deps.now();
  const method = await createRecoveryMethod(vaultDeps, { owner, identityKey, code, now });
  const vault = await createVault(vaultDeps, {
    owner,
    identity: await curves.signKeyPair(secrets.identitySeed),
    secrets,
    methods: [method],
    previous,
    previousArchive: null,
    now,
  });
  return { code, vault };
}
