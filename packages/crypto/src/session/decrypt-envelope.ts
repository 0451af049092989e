import {
  SealError,
  constantTimeEqual,
  isSealError,
  wipe,
  type Bytes,
  type ConversationId,
  type Envelope,
  type PreKeyHeader,
} from '@seal-chat/protocol';
import type { Curves } from '../curves/curves.ts';
import type { Kem } from '../kem/kem.ts';
import { accept } from '../pqxdh.ts';
import type { PrivatePreKey } from '../prekeys.ts';
import { hasReceivingChain, ratchetDecrypt, startAsResponder } from '../ratchet/double-ratchet.ts';
import type { Rng } from '../rng.ts';
import {
  NOTHING_CONSUMED,
  consumedBy,
  preKeyNames,
  selectPreKeys,
  type ConsumedPreKeys,
  type PreKeyName,
} from './accepted-prekeys.ts';
import { checkEnds, sessionEnds, type Parties } from './parties.ts';
import {
  liveSessions,
  messageAssociatedData,
  needsPqRatchet,
  withActiveSession,
  type Session,
  type SessionRecord,
} from './session.ts';

interface DecryptParams {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  /** `peer` is the sending device as the list version named in the header has it. */
  readonly parties: Parties;
  /** What is kept of the sending device, or null. */
  readonly record: SessionRecord | null;
  readonly conversationId: ConversationId;
  /** As `decodeEnvelope` returned it. */
  readonly envelope: Envelope;
  /** Those of `neededPreKeys` that are in storage. */
  readonly preKeys: readonly PrivatePreKey[];
  /** ms */
  readonly now: number;
  /** ms on the device's own clock */
  readonly localNow: number;
}

/** A decrypted envelope. Commit record, prekey changes and plaintext in one storage transaction. */
export interface DecryptedEnvelope {
  readonly record: SessionRecord;
  readonly plaintext: Bytes;
  readonly consumed: ConsumedPreKeys;
  /** The session's base key. */
  readonly sessionId: Bytes;
}

/**
 * Returns the private prekeys to load before `decryptEnvelope`: none unless the envelope starts a session not known
 * yet.
 */
export function neededPreKeys(record: SessionRecord | null, envelope: Envelope): readonly PreKeyName[] {
  const { preKey } = envelope.header;
  return preKey === null || findAccepted(record?.sessions ?? [], preKey) !== undefined ? [] : preKeyNames(preKey);
}

/**
 * Decrypts an envelope of a peer device and finds out which session it belongs to (Sesame §3.4): an initial message to
 * the session with its base key, or a new one; any other to the session that has a receiving chain for its ratchet key,
 * or to the first that opens it by a ratchet step. The session becomes the active one, by which two sides that started
 * sessions at the same time converge. On failure nothing has changed and no prekey is consumed.
 * @throws SealError
 * - DUPLICATE_MESSAGE: received before; acknowledge it and drop it in silence
 * - NO_SESSION, UNKNOWN_PREKEY: the sender must start a new session
 * - UNSUPPORTED_VERSION: it begins a session without the post-quantum ratchet, and the peer device has it
 * - UNDECRYPTABLE, TOO_FAR_AHEAD, LOW_ORDER_KEY, MALFORMED: not made for this device or session, or altered
 * - REPLAYED: an initial message came a second time
 * - IDENTITY_CHANGED: `record` was made for another device or identity key
 */
export async function decryptEnvelope(params: DecryptParams): Promise<DecryptedEnvelope> {
  const { parties, envelope, now } = params;
  const known = params.record ?? { ...sessionEnds(parties), pqRatchet: false, sessions: [] };
  checkEnds(known, parties);
  const pqRatchet = needsPqRatchet(known, parties.peer);
  const record = { ...known, pqRatchet: pqRatchet || envelope.header.pq !== null };
  const { preKey } = envelope.header;
  const sessions = liveSessions(record, now);
  const accepted = preKey === null ? undefined : findAccepted(sessions, preKey);
  if (preKey !== null && accepted === undefined) {
    if (pqRatchet && envelope.header.pq === null)
      throw new SealError('UNSUPPORTED_VERSION', 'session: no post-quantum ratchet');
    return acceptSession(params, record, preKey);
  }

  const { session, plaintext } = await openInFirst(params, candidates(sessions, accepted, envelope));
  return {
    record: withActiveSession(record, session, now),
    plaintext,
    consumed: NOTHING_CONSUMED,
    sessionId: session.baseKey,
  };
}

/** The session an initial message started here before (Sesame §3.4). */
function findAccepted(sessions: readonly Session[], { ephemeralKey }: PreKeyHeader): Session | undefined {
  return sessions.find((session) => !session.isInitiator && constantTimeEqual(session.baseKey, ephemeralKey));
}

/** The sessions an envelope may belong to; where one certainly owns it, only that one. */
function candidates(
  sessions: readonly Session[],
  accepted: Session | undefined,
  envelope: Envelope,
): readonly Session[] {
  const owner =
    accepted ?? sessions.find((session) => hasReceivingChain(session.ratchet, envelope.header.ratchet.dhKey));
  return owner === undefined ? sessions : [owner];
}

async function openInFirst(
  params: DecryptParams,
  sessions: readonly Session[],
): Promise<{ readonly session: Session; readonly plaintext: Bytes }> {
  let failure: SealError | undefined;
  for (const session of sessions) {
    try {
      return await openInSession(params, session);
    } catch (error) {
      // Only these two may mean "another session's message"; a duplicate must not be tried on older sessions.
      if (!isSealError(error, 'UNDECRYPTABLE') && !isSealError(error, 'TOO_FAR_AHEAD')) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new SealError('NO_SESSION', 'session: none with this device');
}

async function openInSession(
  params: DecryptParams,
  session: Session,
): Promise<{ readonly session: Session; readonly plaintext: Bytes }> {
  const { curves, kem, rng, conversationId, envelope, now, localNow } = params;
  const associatedData = messageAssociatedData(session, false, conversationId);
  const { state, plaintext } = await ratchetDecrypt({
    curves,
    kem,
    rng,
    state: session.ratchet,
    envelope,
    associatedData,
    now,
    localNow,
  });
  return { session: { ...session, ratchet: state, pending: null, lastUsedAt: now }, plaintext };
}

async function acceptSession(
  params: DecryptParams,
  record: SessionRecord,
  header: PreKeyHeader,
): Promise<DecryptedEnvelope> {
  const { curves, kem, rng, parties, conversationId, envelope, now, localNow } = params;
  const preKeys = selectPreKeys(header, parties.own, params.preKeys);
  const pqRatchet = envelope.header.pq !== null;
  const agreement = await accept({ curves, kem, parties, header, preKeys, pqRatchet });
  const { sharedSecret, pqSecret, associatedData } = agreement;
  const start = { baseKey: header.ephemeralKey, isInitiator: false, associatedData };
  try {
    const { state, plaintext } = await ratchetDecrypt({
      curves,
      kem,
      rng,
      state: startAsResponder({ sharedSecret, pqSecret, signedPreKey: preKeys.signed, localNow }),
      envelope,
      associatedData: messageAssociatedData(start, false, conversationId),
      now,
      localNow,
    });
    const session: Session = { ...start, createdAt: now, lastUsedAt: now, pending: null, ratchet: state };
    return {
      record: withActiveSession(record, session, now),
      plaintext,
      consumed: consumedBy(header, preKeys),
      sessionId: session.baseKey,
    };
  } finally {
    wipe(sharedSecret);
  }
}
