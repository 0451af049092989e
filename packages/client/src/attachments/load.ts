import { createLoader } from '../context/loader.ts';

/** Loads the journey *attachments*. */
export const loadAttachments = createLoader(() => import('./attachments-journey.ts'));
