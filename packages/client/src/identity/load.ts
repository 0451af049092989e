import { createLoader } from '../context/loader.ts';

/** Loads the journey *account*. */
export const loadAccount = createLoader(() => import('./account-journey.ts'));
