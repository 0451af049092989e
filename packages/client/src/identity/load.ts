import { createLoader } from '../context/loader.ts';

/** Loads the journey *account*. */
export const loadAccount = createLoader(() => import('./account-journey.ts'));

/** Loads the journey *settings*. */
export const loadSettings = createLoader(() => import('./settings-journey.ts'));
