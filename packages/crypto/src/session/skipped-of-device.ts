import { RATCHET_LIMITS } from '@seal-chat/protocol';
import type { RatchetState } from '../ratchet/double-ratchet.ts';
import { keepSkipped, limitSkippedKeys, type ReceiverChain, type SkippedKey } from '../ratchet/receiver-chain.ts';

/**
 * Keeps all sessions with one device together within the limits on number and age of skipped keys: a peer that opens 40
 * sessions gets no 40 times the room. The keys stored longest ago go first, and of those stored at once those of the
 * session used longest ago. A session that loses none is returned as it is.
 */
export function limitSkippedOfDevice<S extends { readonly ratchet: RatchetState }>(
  sessions: readonly S[],
  now: number,
): readonly S[] {
  const fresh = sessions.map((session) => withChains(session, limitSkippedKeys(session.ratchet.receiving, now)));
  const excess =
    fresh.reduce((sum, session) => sum + countSkipped(session), 0) - RATCHET_LIMITS.maxSkippedKeysPerDevice;
  if (excess <= 0) return fresh;
  // Last first, so that a stable sort keeps those of the session used longest ago in front.
  const oldestFirst = fresh
    .toReversed()
    .flatMap(({ ratchet }) => ratchet.receiving.toReversed().flatMap(({ skipped }) => skipped))
    .toSorted((a, b) => a.storedAt - b.storedAt);
  const kept: ReadonlySet<SkippedKey> = new Set(oldestFirst.slice(excess));
  return fresh.map((session) =>
    withChains(
      session,
      session.ratchet.receiving.map((chain) => keepSkipped(chain, kept)),
    ),
  );
}

function countSkipped({ ratchet }: { readonly ratchet: RatchetState }): number {
  return ratchet.receiving.reduce((sum, { skipped }) => sum + skipped.length, 0);
}

function withChains<S extends { readonly ratchet: RatchetState }>(session: S, receiving: readonly ReceiverChain[]): S {
  const isSame = receiving.every((chain, i) => chain === session.ratchet.receiving[i]);
  return isSame ? session : { ...session, ratchet: { ...session.ratchet, receiving } };
}
