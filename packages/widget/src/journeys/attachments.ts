import { journey } from '../internal/journey.ts';

/** Showing and opening files of messages. */
export const attachmentsJourney = journey(() => import('./attachments-parts.ts'));
