import { journey } from '../internal/journey.ts';

/** Files and voice notes that are being sent along, and people who are being mentioned. */
export const composingJourney = journey(() => import('./composing-parts.ts'));
