/**
 * The journey *repairs*: messages that could not be opened, here or by others, or were taken back, a store that was put
 * back, device lists that are held back, what waits for an identity, and a device that was removed. Entered through `repairs.ts`.
 */
export { confirmRemoval } from '../peers/removed-device.ts';
export { followPromises } from '../peers/follow-promises.ts';
export { refetchSpoilt, reopenMessages, requestRetries } from '../receive/undecryptable.ts';
export { answerRetries } from '../send/answer-retries.ts';
export { fillGaps } from './fill-gaps.ts';
export { reviveHeldUp } from './held-up.ts';
export { requestRemovals } from './removals.ts';
export { rereadUnsupported } from './reread.ts';
export { recoverFromRollback } from './rollback.ts';
