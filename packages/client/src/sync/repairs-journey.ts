/**
 * The journey *repairs*: messages that could not be opened, here or by others, a store that was put back, and device
 * lists that are held back. Entered
 * through `repairs.ts`.
 */
export { followPromises } from '../peers/follow-promises.ts';
export { refetchSpoilt, reopenMessages, requestRetries } from '../receive/undecryptable.ts';
export { answerRetries } from '../send/answer-retries.ts';
export { fillGaps } from './fill-gaps.ts';
export { rereadUnsupported } from './reread.ts';
export { recoverFromRollback } from './rollback.ts';
