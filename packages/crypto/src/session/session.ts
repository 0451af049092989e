import {
  RATCHET_LIMITS,
  concatBytes,
  constantTimeEqual,
  idToBytes,
  type Bytes,
  type ConversationId,
  type DhPublicKey,
  type PreKeyHeader,
} from '@seal-chat/protocol';
import type { RatchetState } from '../ratchet/double-ratchet.ts';
import { isEpochDue } from '../ratchet/pq-exchange.ts';
import type { PeerDevice, SessionEnds } from './parties.ts';
import { limitSkippedOfDevice } from './skipped-of-device.ts';

/** What tells a session from the others with the same device. */
export interface SessionName {
  /** The initiator's ephemeral key EK_A. */
  readonly baseKey: DhPublicKey;
  /** A peer that copies our base key does not thereby get hold of our session: the roles must agree too. */
  readonly isInitiator: boolean;
}

/** One run of the Double Ratchet with one peer device (Sesame §3.1). */
export interface Session extends SessionName {
  /** SHA-256 of PQXDH's AD. */
  readonly associatedData: Bytes;
  /** ms */
  readonly createdAt: number;
  /** Last time something was sent or received, ms. */
  readonly lastUsedAt: number;
  /** The initial message's header, sent along until the first answer decrypts (Double Ratchet §3.3); null after. */
  readonly pending: PreKeyHeader | null;
  readonly ratchet: RatchetState;
}

/**
 * What is stored of a record besides its sessions, each of which is stored apart: a message changes one, and the others
 * are not written again.
 */
export interface SessionRecordHead extends SessionEnds {
  /**
   * Whether the peer device was ever seen with the post-quantum ratchet: its list said so, or it sent such a message.
   * From then on no session without it is begun, accepted or sent on.
   */
  readonly pqRatchet: boolean;
  /** The one used last first. */
  readonly sessions: readonly SessionName[];
}

/**
 * All sessions with one peer device: what Sesame §3.1 calls a DeviceRecord. Plain data; `sessionRecordHeadCodec` and
 * `sessionCodec` turn it into bytes. It holds secrets: seal those bytes before they are stored.
 */
export interface SessionRecord extends SessionRecordHead {
  readonly sessions: readonly Session[];
}

/** Makes the AD of one message: the session's, who of the two sends, and the conversation. 49 bytes. */
export function messageAssociatedData(
  session: Pick<Session, 'isInitiator' | 'associatedData'>,
  isSender: boolean,
  conversationId: ConversationId,
): Bytes {
  const isFromInitiator = session.isInitiator === isSender;
  return concatBytes(session.associatedData, Uint8Array.of(isFromInitiator ? 0 : 1), idToBytes(conversationId));
}

/** Tells whether sessions with the peer device have to have the post-quantum ratchet. */
export function needsPqRatchet(record: SessionRecord | null, peer: Pick<PeerDevice, 'pqRatchet'>): boolean {
  return peer.pqRatchet || record?.pqRatchet === true;
}

/**
 * Returns the session to send on: the one that decrypted or was made last, is not too old (Sesame §3.3, §4.2) and has
 * the post-quantum ratchet where the peer has it. Undefined when a new one must be made.
 */
export function findSendableSession(
  record: SessionRecord,
  peer: Pick<PeerDevice, 'pqRatchet'>,
  now: number,
): Session | undefined {
  const mustHavePq = needsPqRatchet(record, peer);
  return record.sessions.find(
    (session) =>
      now - session.createdAt <= RATCHET_LIMITS.maxSendAgeMs &&
      (session.pending === null || now - session.createdAt <= RATCHET_LIMITS.unacknowledgedSessionLifetimeMs) &&
      session.ratchet.sending.n < RATCHET_LIMITS.maxMessageNumber &&
      (session.ratchet.pq !== null || !mustHavePq),
  );
}

/**
 * Tells whether a new epoch should be offered with the next message of this session. Nothing is before the session was
 * answered: its beginning is as new.
 */
export function isSessionEpochDue({ pending, ratchet }: Session, localNow: number): boolean {
  return pending === null && ratchet.pq !== null && isEpochDue(ratchet.pq, localNow);
}

/**
 * Returns the record with `session` in front: a changed one takes the place of its old self, a new one pushes the last
 * out.
 */
export function withActiveSession(record: SessionRecord, session: Session, now: number): SessionRecord {
  const others = liveSessions(record, now).filter((other) => !isSameSession(other, session));
  const kept = [session, ...others].slice(0, RATCHET_LIMITS.maxSessionsPerDevice);
  return { ...record, sessions: limitSkippedOfDevice(kept, now) };
}

/** Returns the sessions that were used within MAXRECV (Sesame §4.2). */
export function liveSessions(record: SessionRecord, now: number): readonly Session[] {
  return record.sessions.filter((session) => now - session.lastUsedAt <= RATCHET_LIMITS.maxReceiveAgeMs);
}

function isSameSession(a: SessionName, b: SessionName): boolean {
  return a.isInitiator === b.isInitiator && constantTimeEqual(a.baseKey, b.baseKey);
}
