import { createLoader } from '../context/loader.ts';

/** Loads the journey *conversation*. */
export const loadConversation = createLoader(() => import('./conversation-journey.ts'));
