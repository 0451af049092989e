import { RATCHET_LIMITS, SealError, asKey, wipe, type DhPublicKey } from '@seal-chat/protocol';
import type { ChainKey, HybridKey } from '../keys.ts';
import { advanceChainKey, skipChainKey } from './chain-key.ts';
import { combineMessageKeys } from './message-key.ts';
import type { PqWalk } from './pq-ratchet.ts';

/** The key of a message that has not arrived although a later one has (MKSKIPPED of Double Ratchet §3.2). */
export interface SkippedKey {
  readonly n: number;
  /** Of both ratchets. */
  readonly key: HybridKey;
  /** ms */
  readonly storedAt: number;
}

/** One receiving chain: everything the peer sent under one of its ratchet keys. */
export interface ReceiverChain {
  /** DHr: the peer's ratchet key. */
  readonly ratchetKey: DhPublicKey;
  /** CKr, of message `n`; null when the peer has gone on to another ratchet key and the chain has ended before `n`. */
  readonly chainKey: ChainKey | null;
  /** Nr: number of the next message. */
  readonly n: number;
  /** Ascending in n. */
  readonly skipped: readonly SkippedKey[];
  /** Skipped keys below this number may have been thrown away; of such a message it cannot be said that it came twice. */
  readonly forgottenBelow: number;
}

/** Where the keys come from that the post-quantum ratchet has for the same messages; null where there is none. */
type PqKeys = Pick<PqWalk, 'next' | 'pass'> | null;

/**
 * Derives the key of message `n` and the chain as it will be once that message is authenticated (SkipMessageKeys and
 * TrySkippedMessageKeys of Double Ratchet §3.5).
 * @throws SealError DUPLICATE_MESSAGE when the message was received before, UNDECRYPTABLE when its key is no longer
 * kept or the chain ended before it, TOO_FAR_AHEAD when more than `maxSkipPerMessage` messages are missing before it
 */
export function reachMessage(
  chain: ReceiverChain,
  n: number,
  now: number,
  pq: PqKeys,
): { readonly chain: ReceiverChain; readonly key: HybridKey } {
  if (n < chain.n) {
    const found = chain.skipped.find((key) => key.n === n);
    if (found !== undefined) {
      const skipped = chain.skipped.filter((key) => key !== found);
      return { chain: { ...chain, skipped }, key: asKey(found.key.slice()) };
    }
    if (n < chain.forgottenBelow) throw new SealError('UNDECRYPTABLE', `ratchet: the key of message ${n} was deleted`);
    throw new SealError('DUPLICATE_MESSAGE', `ratchet: message ${n} was received before`);
  }
  const [passed, last] = skipTo(chain, n, now, pq);
  const { messageKey, chainKey } = advanceChainKey(last);
  if (last !== chain.chainKey) wipe(last);
  return { chain: { ...passed, chainKey, n: n + 1 }, key: combineMessageKeys(messageKey, pq?.next() ?? null) };
}

/**
 * Ends a chain: the peer has sent `length` messages in it and no more (PN of Double Ratchet §3.5). What is
 * missing of them can still be opened; the chain key is gone.
 * @throws SealError TOO_FAR_AHEAD
 */
export function endChain(chain: ReceiverChain, length: number, now: number, pq: PqKeys): ReceiverChain {
  const [passed, last] = skipTo(chain, Math.max(length, chain.n), now, pq);
  if (last !== chain.chainKey) wipe(last);
  return { ...passed, chainKey: null };
}

/**
 * Steps the chain to message `until`, keeping the keys passed over. Keys beyond the number a session keeps are not
 * even derived.
 * @returns the chain, and its chain key
 */
function skipTo(
  chain: ReceiverChain,
  until: number,
  now: number,
  pq: PqKeys,
): readonly [chain: ReceiverChain, chainKey: ChainKey] {
  if (chain.chainKey === null) throw new SealError('UNDECRYPTABLE', `ratchet: the chain ended before message ${until}`);
  if (until === chain.n) return [chain, chain.chainKey];
  const missing = until - chain.n;
  if (missing > RATCHET_LIMITS.maxSkipPerMessage)
    throw new SealError('TOO_FAR_AHEAD', `ratchet: ${missing} messages are missing`);
  const keepFrom = until - Math.min(missing, RATCHET_LIMITS.maxSkippedKeys);
  const skipped = [...chain.skipped];
  let { chainKey } = chain;
  for (let n = chain.n; n < until; n++) {
    const passed = chainKey;
    if (n < keepFrom) {
      chainKey = skipChainKey(passed);
      pq?.pass();
    } else {
      const next = advanceChainKey(passed);
      skipped.push({ n, key: combineMessageKeys(next.messageKey, pq?.next() ?? null), storedAt: now });
      chainKey = next.chainKey;
    }
    if (passed !== chain.chainKey) wipe(passed);
  }
  const forgottenBelow = keepFrom > chain.n ? keepFrom : chain.forgottenBelow;
  return [{ ...chain, chainKey, n: until, skipped, forgottenBelow }, chainKey];
}

/**
 * Keeps the chains, newest first, within the limits on age and number of skipped keys of one session (Double Ratchet
 * §8.4): the oldest chain loses keys first, and of a chain the lowest numbers.
 */
export function limitSkippedKeys(chains: readonly ReceiverChain[], now: number): readonly ReceiverChain[] {
  let room: number = RATCHET_LIMITS.maxSkippedKeys;
  return chains.map((chain) => {
    if (chain.skipped.length === 0) return chain;
    const fresh = chain.skipped.filter((key) => now - key.storedAt <= RATCHET_LIMITS.skippedKeyLifetimeMs);
    const kept = new Set(fresh.slice(Math.max(0, fresh.length - room)));
    room -= kept.size;
    return keepSkipped(chain, kept);
  });
}

/** Keeps those of a chain's skipped keys that are in `kept`; the same chain when all are. */
export function keepSkipped(chain: ReceiverChain, kept: ReadonlySet<SkippedKey>): ReceiverChain {
  const skipped = chain.skipped.filter((key) => kept.has(key));
  if (skipped.length === chain.skipped.length) return chain;
  const dropped = chain.skipped.findLast((key) => !kept.has(key))!;
  return { ...chain, skipped, forgottenBelow: Math.max(chain.forgottenBelow, dropped.n + 1) };
}
