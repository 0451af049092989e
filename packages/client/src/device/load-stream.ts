import { createLoader } from '../context/loader.ts';

/** Loads what follows the mailbox where the network lets no WebSocket pass. */
export const loadStream = createLoader(() => import('../api/stream.ts'));
