import { journey } from '../internal/journey.ts';

/** Signing up and signing in. */
export const accountJourney = journey(() => import('./account-parts.ts'));
