/** What people do with an account now and then. Loaded when it is first asked for: see `seal-client.ts`. */
export { createAccount } from './create-account.ts';
export { leaveAccount } from './leave-account.ts';
export { listOwnDevices, revokeDevice } from './own-devices.ts';
export { replaceRecoveryCode } from './replace-recovery-code.ts';
export { resumeInterrupted } from './resume-interrupted.ts';
export { signIn } from './sign-in.ts';
export { acceptIdentity } from '../peers/accept-identity.ts';
export { safetyNumberWith } from '../peers/safety-number.ts';
