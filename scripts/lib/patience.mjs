/**
 * Tests wait for conditions. How long they wait before they give up is multiplied by one factor, so that a slow or
 * busy machine fails no healthy test: `SEAL_PATIENCE`, by default 4 in CI and 1 elsewhere.
 */
const PATIENCE = readPatience(process.env);

/** The factor that `environment` asks for. @throws Error when SEAL_PATIENCE is no positive number */
export function readPatience({ SEAL_PATIENCE: wanted, CI: ci }) {
  if (wanted === undefined || wanted === '') return ci ? 4 : 1;
  const factor = Number(wanted);
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new Error(`SEAL_PATIENCE must be a positive number, not "${wanted}"`);
}

/** A time limit for something that takes `ms` at most on a quiet machine, in ms. */
export function patient(ms) {
  return Math.round(ms * PATIENCE);
}
