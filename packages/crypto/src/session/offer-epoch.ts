import type { Kem } from '../kem/kem.ts';
import { offerEpoch as offer } from '../ratchet/pq-exchange.ts';
import type { Rng } from '../rng.ts';
import type { PeerDevice } from './parties.ts';
import { findSendableSession, isSessionEpochDue, type SessionRecord } from './session.ts';

/** When, and to whom, something is about to be sent. */
interface Sending {
  readonly record: SessionRecord;
  readonly peer: Pick<PeerDevice, 'pqRatchet'>;
  /** ms */
  readonly now: number;
  /** ms on the device's own clock, which no server moves */
  readonly localNow: number;
}

/** Tells whether `offerEpoch` should run before the next message to the peer device. */
export function needsEpoch({ record, peer, now, localNow }: Sending): boolean {
  const session = findSendableSession(record, peer, now);
  return session !== undefined && isSessionEpochDue(session, localNow);
}

/**
 * Offers a new post-quantum epoch on the session that the next message is sent on, where one is due. Apart from
 * `encryptEnvelope`, which is synchronous, as an engine's ML-KEM is not. Keep the record only with what it sends.
 */
export async function offerEpoch(params: Sending & { readonly kem: Kem; readonly rng: Rng }): Promise<SessionRecord> {
  const { kem, rng, record, peer, now } = params;
  const session = findSendableSession(record, peer, now);
  if (session === undefined || !isSessionEpochDue(session, params.localNow)) return record;
  const pq = await offer({ kem, rng, state: session.ratchet.pq! });
  const offered = { ...session, ratchet: { ...session.ratchet, pq } };
  return { ...record, sessions: record.sessions.map((other) => (other === session ? offered : other)) };
}
