import { createLoader } from '../context/loader.ts';

/** Loads the journey *changes*. */
export const loadChanges = createLoader(() => import('./changes-journey.ts'));
