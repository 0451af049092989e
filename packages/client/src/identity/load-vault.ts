import { createLoader } from '../context/loader.ts';

/** Loads the journey *vault*. */
export const loadVault = createLoader(() => import('./vault-journey.ts'));
