import { createLoader } from '../context/loader.ts';

/** Loads the journey *account*. */
export const loadAccount = createLoader(() => import('./account-journey.ts'));

/** Loads what continues an account that this device was signed out of. */
export const loadSignIn = createLoader(() => import('./sign-in.ts'));

/** Loads the journey *settings*. */
export const loadSettings = createLoader(() => import('./settings-journey.ts'));
