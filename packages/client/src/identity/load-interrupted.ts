import { createLoader } from '../context/loader.ts';

/** Loads what looks after a sign-up or joining that was cut short: few first visits need it. */
export const loadInterrupted = createLoader(() => import('./resume-interrupted.ts'));
