import { journey } from '../internal/journey.ts';

/** What a signed-in person uses around the list of conversations and in an open one, besides reading and writing text. */
export const conversationJourney = journey(() => import('./conversation-parts.ts'));
