import { createLoader } from '../context/loader.ts';

/** Loads the journey *key packages*. */
export const loadKeyPackages = createLoader(() => import('./maintain.ts'));
