/** The journey *repairs*: messages that could not be opened, here or by others. Entered through `repairs.ts`. */
export { refetchSpoilt, reopenMessages, requestRetries } from '../receive/undecryptable.ts';
export { answerRetries } from '../send/answer-retries.ts';
export { rereadUnsupported } from './reread.ts';
