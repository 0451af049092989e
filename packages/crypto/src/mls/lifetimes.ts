import { CHANNEL_LIMITS, SealError } from '@seal-chat/protocol';
import type { LeafNode } from 'ts-mls/leafNode.js';
import type { Lifetime } from 'ts-mls/lifetime.js';
import { lifetimeOf, secondsOf } from './lifetime-of.ts';

/** Lifetimes of KeyPackages (RFC 9420 §7.2), on the server's clock. MLS counts seconds. */

const SECOND = 1_000;
const MAX_SECONDS = BigInt((CHANNEL_LIMITS.keyPackageLifetimeMs + CHANNEL_LIMITS.clockSlackMs) / SECOND);

/** Makes a lifetime as the library has it. */
export function lifetimeFrom(now: number): Lifetime {
  const { notBefore, notAfter } = lifetimeOf(now);
  return { notBefore: BigInt(notBefore), notAfter: BigInt(notAfter) };
}

/**
 * Checks what holds of a leaf for as long as it is in a tree: it was not made in the future and was not made to last.
 * @throws SealError MALFORMED
 */
export function checkLifetimeShape(leaf: LeafNode, now: number): void {
  if (leaf.leafNodeSource !== 'key_package') return;
  const { notBefore, notAfter } = leaf.lifetime;
  if (notAfter < notBefore || notAfter - notBefore > MAX_SECONDS)
    throw new SealError('MALFORMED', 'mls: KeyPackage lifetime is too long');
  if (notBefore > seconds(now + CHANNEL_LIMITS.clockSlackMs))
    throw new SealError('MALFORMED', 'mls: KeyPackage is not valid yet');
}

/** Checks what holds of a leaf when it is added. @throws SealError MALFORMED */
export function checkLifetimeNow(leaf: LeafNode, now: number): void {
  checkLifetimeShape(leaf, now);
  if (leaf.leafNodeSource !== 'key_package')
    throw new SealError('MALFORMED', 'mls: the leaf is not that of a KeyPackage');
  if (leaf.lifetime.notAfter < seconds(now - CHANNEL_LIMITS.clockSlackMs))
    throw new SealError('MALFORMED', 'mls: KeyPackage has expired');
}

function seconds(ms: number): bigint {
  return BigInt(secondsOf(ms));
}
