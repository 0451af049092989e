/** The journey *account*: signing up. Entered through `load.ts`. */
export { createAccount } from './create-account.ts';
