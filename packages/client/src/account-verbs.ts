/** What people do with an account now and then. Loaded when it is first asked for: see `seal-client.ts`. */
export { createAccount } from './identity/create-account.ts';
export { leaveAccount } from './identity/leave-account.ts';
export { listOwnDevices, revokeDevice } from './identity/own-devices.ts';
export { replaceRecoveryCode } from './identity/replace-recovery-code.ts';
export { resumeInterrupted } from './identity/resume-interrupted.ts';
export { signIn } from './identity/sign-in.ts';
export { acceptIdentity } from './peers/accept-identity.ts';
export { safetyNumberWith } from './peers/safety-number.ts';
