/**
 * The journey *repairs*: messages that could not be opened, here or by others, a store that was put back, device lists
 * that are held back, and a device that was removed. Entered through `repairs.ts`.
 */
export { followPromises } from '../peers/follow-promises.ts';
export { confirmRemoval } from '../peers/removed-device.ts';
export { refetchSpoilt, reopenMessages, requestRetries } from '../receive/undecryptable.ts';
export { answerRetries } from '../send/answer-retries.ts';
export { fillGaps } from './fill-gaps.ts';
export { rereadUnsupported } from './reread.ts';
export { recoverFromRollback } from './rollback.ts';
