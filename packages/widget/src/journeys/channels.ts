import { journey } from '../internal/journey.ts';

/** Creating a channel and finding one to join. */
export const channelsJourney = journey(() => import('./channels-parts.ts'));
