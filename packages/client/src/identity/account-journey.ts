/** The journey *account*: signing up and in. Entered through `load.ts`. */
export { createAccount } from './create-account.ts';
export { signIn } from './sign-in.ts';
