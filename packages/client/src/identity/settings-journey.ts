/** The journey *settings*: devices, linking, recovery, and the keys of people. Entered through `load.ts`. */
export { followLink, offerLink, openLink } from './linking.ts';
export { listOwnDevices, revokeDevice } from './own-devices.ts';
export { recoverAccount } from './recover-account.ts';
export { replaceRecoveryCode } from './replace-recovery-code.ts';
export { checkCode, codeFor, unverify, verify } from '../commands/verification.ts';
export { acceptIdentity } from '../peers/accept-identity.ts';
export { safetyNumberWith } from '../peers/safety-number.ts';
