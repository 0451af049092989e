/** The journey *vault*: making recovery codes, and opening what they open. Entered through `load.ts`. */
export {
  checkRecords,
  createRecoveryMethod,
  createVault,
  openVault,
  unlockKeyOf,
  verifyVault,
} from '@seal-chat/crypto/vault';
export { createRecoveryCode } from '@seal-chat/crypto';
