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
import type { SessionEnds } from './parties.ts';

/** One run of the Double Ratchet with one peer device, and what tells it from others (Sesame §3.1). */
export interface Session {
  /** The initiator's ephemeral key EK_A: names the session. */
  readonly baseKey: DhPublicKey;
  readonly isInitiator: boolean;
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
 * All sessions with one peer device, the one used last first: what Sesame §3.1 calls a DeviceRecord. Plain data;
 * `sessionRecordCodec` turns it into bytes. It holds secrets: seal those bytes before they are stored.
 */
export interface SessionRecord extends SessionEnds {
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

/**
 * Returns the session to send on: the one that decrypted or was made last and is not too old (Sesame §3.3, §4.2).
 * Undefined when a new one must be made.
 */
export function findSendableSession(record: SessionRecord, now: number): Session | undefined {
  return record.sessions.find(
    (session) =>
      now - session.createdAt <= RATCHET_LIMITS.maxSendAgeMs &&
      (session.pending === null || now - session.createdAt <= RATCHET_LIMITS.unacknowledgedSessionLifetimeMs) &&
      session.ratchet.sending.n < RATCHET_LIMITS.maxMessageNumber,
  );
}

/**
 * Returns the record with `session` in front: a changed one takes the place of its old self, a new one pushes the last
 * out.
 */
export function withActiveSession(record: SessionRecord, session: Session, now: number): SessionRecord {
  const others = liveSessions(record, now).filter((other) => !isSameSession(other, session));
  return { ...record, sessions: [session, ...others].slice(0, RATCHET_LIMITS.maxSessionsPerDevice) };
}

/** Returns the sessions that were used within MAXRECV (Sesame §4.2). */
export function liveSessions(record: SessionRecord, now: number): readonly Session[] {
  return record.sessions.filter((session) => now - session.lastUsedAt <= RATCHET_LIMITS.maxReceiveAgeMs);
}

/** A peer that copies our base key does not thereby get hold of our session: the roles must agree too. */
function isSameSession(a: Session, b: Session): boolean {
  return a.isInitiator === b.isInitiator && constantTimeEqual(a.baseKey, b.baseKey);
}
