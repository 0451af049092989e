/** Unlock ways and what they open, `@seal-chat/crypto/vault`: loaded where a person makes or types a recovery code. */
export { createRecoveryMethod, type Method, type VaultDeps } from './method.ts';
export { unlockKeyOf, type UnlockOptions, type VaultOwner } from './unlock-key.ts';
export { createVault, openVault, type NewVault, type SealedVault } from './vault.ts';
export { checkRecords, verifyVault, type VerifiedVault } from './verify-vault.ts';
