/** The journey *account*: signing up, in and out. Entered through `load.ts`. */
export { createAccount } from './create-account.ts';
export { leaveAccount } from './leave-account.ts';
export { signIn } from './sign-in.ts';
