import { journey } from '../internal/journey.ts';

/** Showing the recovery code of an account that was just made. Comes with what makes the code. */
export const recoveryCodeJourney = journey(() => import('./recovery-code-parts.ts'));
