import { journey } from '../internal/journey.ts';

/** Signing in, linking devices, recovery, settings, and changed identities. */
export const accountJourney = journey(() => import('./account-parts.ts'));
