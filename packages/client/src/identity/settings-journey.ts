/** The journey *settings*: devices, linking, recovery, and the keys of people. Entered through `load.ts`. */
export { followLink, offerLink, openLink } from './linking.ts';
export { takeKeyShare } from './key-shares.ts';
export { listOwnDevices, revokeDevice } from './own-devices.ts';
export { resumeReplacement } from './replace-account-key.ts';
export { recoverAccount } from './recover-account.ts';
export { replaceRecoveryCode, uploadPending } from './replace-recovery-code.ts';
export { closeRemovals, confirmRecoveryCode, unlock } from './unlock.ts';
export { checkCode, codeFor, unverify, verify } from '../commands/verification.ts';
export { acceptIdentity } from '../peers/accept-identity.ts';
export { safetyNumberWith } from '../peers/safety-number.ts';
