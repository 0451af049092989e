/** The journey *settings*: devices, linking, recovery, and the keys of people. Entered through `load.ts`. */
export { followLink, offerLink, openLink } from './linking.ts';
export { takeKeyShare } from './key-shares.ts';
export { listOwnDevices, revokeDevice } from './own-devices.ts';
export { resumeReplacement } from './replace-account-key.ts';
export { closeRemovals } from './close-removals.ts';
export { leaveAccount } from './leave-account.ts';
export { confirmRecoveryCode, recoverAccount, replaceRecoveryCode, unlock, uploadPending } from './recovery.ts';
export { checkCode, codeFor, unverify, verify } from '../commands/verification.ts';
export { acceptIdentity } from '../peers/accept-identity.ts';
export { safetyNumberWith } from '../peers/safety-number.ts';
