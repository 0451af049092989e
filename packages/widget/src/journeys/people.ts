import { journey } from '../internal/journey.ts';

/** Strangers and blocked people, what others are told, and verification. */
export const peopleJourney = journey(() => import('./people-parts.ts'));
