import { CHANNEL_LIMITS } from '@seal-chat/protocol';

const SECOND = 1_000;

/**
 * Returns the lifetime of a KeyPackage (RFC 9420 §7.2) that is made at `now`, in ms: from a slack before it, for clocks
 * that run behind, to a lifetime after it, in seconds.
 */
export function lifetimeOf(now: number): { readonly notBefore: number; readonly notAfter: number } {
  return {
    notBefore: secondsOf(now - CHANNEL_LIMITS.clockSlackMs),
    notAfter: secondsOf(now + CHANNEL_LIMITS.keyPackageLifetimeMs),
  };
}

/** Returns whole seconds, not before 1970. */
export function secondsOf(ms: number): number {
  return Math.max(0, Math.floor(ms / SECOND));
}
