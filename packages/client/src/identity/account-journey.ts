/** The journey *account*: what people do with an account now and then. Entered through `load.ts`. */
export { createAccount } from './create-account.ts';
export { leaveAccount } from './leave-account.ts';
export { followLink, offerLink, openLink } from './linking.ts';
export { listOwnDevices, revokeDevice } from './own-devices.ts';
export { recoverAccount } from './recover-account.ts';
export { replaceRecoveryCode } from './replace-recovery-code.ts';
export { resumeInterrupted } from './resume-interrupted.ts';
export { signIn } from './sign-in.ts';
export { acceptIdentity } from '../peers/accept-identity.ts';
export { safetyNumberWith } from '../peers/safety-number.ts';
