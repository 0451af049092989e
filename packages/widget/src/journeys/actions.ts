import { journey } from '../internal/journey.ts';

/** What people do with a message that was sent. */
export const actionsJourney = journey(() => import('./actions-parts.ts'));
