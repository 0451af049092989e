import { journey } from '../internal/journey.ts';

/** Creating and finding channels, and the details of a conversation. */
export const channelsJourney = journey(() => import('./channels-parts.ts'));
