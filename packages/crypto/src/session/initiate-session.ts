import type { Bytes, PreKeyBundle } from '@seal-chat/protocol';
import type { Curves } from '../curves/curves.ts';
import type { Kem } from '../kem/kem.ts';
import { initiate } from '../pqxdh.ts';
import { startAsInitiator } from '../ratchet/double-ratchet.ts';
import type { Rng } from '../rng.ts';
import { checkEnds, sessionEnds, type Parties } from './parties.ts';
import { needsPqRatchet, withActiveSession, type Session, type SessionRecord } from './session.ts';

/**
 * Starts a session with a peer device from its prekey bundle; it becomes the active one, an existing one is kept for
 * what is still on its way (Sesame §3.3). The identity keys are those of `parties`, never the server's word.
 * @param record what is kept of this peer device, or null
 * @param now ms
 * @throws SealError UNVERIFIED_DEVICE, BAD_SIGNATURE, LOW_ORDER_KEY, MALFORMED, IDENTITY_CHANGED
 */
export async function initiateSession(params: {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  readonly parties: Parties;
  readonly record: SessionRecord | null;
  readonly bundle: PreKeyBundle;
  readonly now: number;
  /** ms on the device's own clock */
  readonly localNow: number;
}): Promise<{ readonly record: SessionRecord; readonly sessionId: Bytes }> {
  const { curves, kem, rng, parties, record, bundle, now, localNow } = params;
  if (record !== null) checkEnds(record, parties);
  const pqRatchet = needsPqRatchet(record, parties.peer);
  const agreement = await initiate({ curves, kem, rng, parties, bundle, pqRatchet });
  const { sharedSecret, pqSecret, associatedData, header, ratchet } = agreement;
  const session: Session = {
    baseKey: header.ephemeralKey,
    isInitiator: true,
    associatedData,
    createdAt: now,
    lastUsedAt: now,
    pending: header,
    ratchet: startAsInitiator({ sharedSecret, pqSecret, localNow, ...ratchet }),
  };
  const base = { ...(record ?? { ...sessionEnds(parties), sessions: [] }), pqRatchet };
  return { record: withActiveSession(base, session, now), sessionId: session.baseKey };
}
