import { journey } from '../internal/journey.ts';

/** The details of a conversation, and what the head and the foot of a channel show. */
export const detailsJourney = journey(() => import('./details-parts.ts'));
