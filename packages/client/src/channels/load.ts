import { createLoader } from '../context/loader.ts';

/** Loads the journey *channels*. */
export const loadChannels = createLoader(() => import('./channels-journey.ts'));
