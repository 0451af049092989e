/** The journey *vault*: making recovery codes, and opening what they open. Entered through `load.ts`. */
export { createRecoveryMethod, createVault, openVault, unlockKeyOf } from '@seal-chat/crypto/vault';
export { createRecoveryCode } from '@seal-chat/crypto';
export { verifyOwnVault } from './own-vault.ts';
