import { createLoader } from '../context/loader.ts';

/** Loads the journey *repairs*. */
export const loadRepairs = createLoader(() => import('./repairs-journey.ts'));
