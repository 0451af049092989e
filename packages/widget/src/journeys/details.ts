import { journey } from '../internal/journey.ts';

/** The pages of a conversation's details. */
export const detailsJourney = journey(() => import('./details-parts.ts'));
