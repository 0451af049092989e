/** The journey *vault*: making recovery codes, and opening what they open. Entered through `load-vault.ts`. */
export { createVault, openVault, unlockKeyOf } from '@seal-chat/crypto/vault';
export { vaultUnderNewCode } from './make-vault.ts';
export { openOwnVault } from './open-own-vault.ts';
export { presentVault } from './own-vault.ts';
