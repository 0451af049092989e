/** What a device looks after once it is connected. Loaded then, not before messages can be read and written. */
export { maintainPreKeys } from '../prekeys/maintain.ts';
export { reopenMessages, requestRetries } from '../receive/heal.ts';
export { answerRetries } from '../send/answer-retries.ts';
export { recoverFromRollback } from './rollback.ts';
