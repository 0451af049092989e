import { journey } from '../internal/journey.ts';

/** Settings, linking devices, recovery, and changed identities. */
export const settingsJourney = journey(() => import('./settings-parts.ts'));
