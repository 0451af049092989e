/** The journey *recovery*: what takes a recovery code, or makes one. Entered through `settings-journey.ts`. */
export { recoverAccount } from './recover-account.ts';
export { replaceRecoveryCode, uploadPending } from './replace-recovery-code.ts';
export { confirmRecoveryCode, unlock } from './unlock.ts';
