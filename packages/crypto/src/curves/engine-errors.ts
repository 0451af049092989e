/**
 * Names of the errors by which WebCrypto refuses an input. Engines differ in which they use: for an X25519 result that is
 * all zeros, Chromium, WebKit and Node throw OperationError and Firefox DataError. An engine that has failed throws them,
 * too, so that none of them is enough to say that an input is bad.
 */
const REFUSALS: ReadonlySet<string> = new Set(['DataError', 'OperationError']);

/** Tells whether WebCrypto may have thrown `error` because of what it was given. */
export function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && REFUSALS.has(String(error.name));
}
