import { patient } from '../../scripts/lib/patience.mjs';

/** How long a condition may take that holds in a moment where nothing is wrong, ms. */
export const PATIENCE_MS = patient(15_000);
