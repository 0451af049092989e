import { createRecoveryCode, type VaultSecrets } from '@seal-chat/crypto';
import { createRecoveryMethod, createVault, type NewVault, type VerifiedVault } from '@seal-chat/crypto/vault';
import type { SignPublicKey, TenantId, UserId } from '@seal-chat/protocol';
import type { CryptoDeps } from '../context/deps.ts';

/** Whose code it becomes, and what it opens. */
interface NewCodeInput {
  readonly owner: { readonly tenantId: TenantId; readonly userId: UserId };
  readonly identityKey: SignPublicKey;
  readonly secrets: VaultSecrets;
  /** The present vault, which the new one replaces; null for the first. */
  readonly previous: VerifiedVault | null;
}

/** Makes a new recovery code, and a vault that it alone opens. Takes about a second. Loaded when needed. */
export async function vaultUnderNewCode(
  deps: CryptoDeps,
  input: NewCodeInput,
): Promise<{ readonly code: string; readonly vault: NewVault }> {
  const { curves, rng } = deps;
  const { owner, identityKey, secrets, previous } = input;
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
