import { createLoader } from '../context/loader.ts';

/** Loads the journey *people*. */
export const loadPeople = createLoader(() => import('./people-journey.ts'));
