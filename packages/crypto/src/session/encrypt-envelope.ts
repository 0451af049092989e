import { SIZE_LIMITS, SealError, type Bytes, type ConversationId, type EnvelopeHeader } from '@seal-chat/protocol';
import { ratchetEncrypt } from '../ratchet/double-ratchet.ts';
import type { Rng } from '../rng.ts';
import { checkEnds, type Parties, type PeerDevice } from './parties.ts';
import {
  findSendableSession,
  messageAssociatedData,
  needsPqRatchet,
  withActiveSession,
  type SessionRecord,
} from './session.ts';

/** Bytes that fit beside the largest header, with which ever of the two KEM messages; a key message has 65. */
const MAX_PLAINTEXT = SIZE_LIMITS.envelope - 1_400;

/**
 * Encrypts `plaintext`, an encoded key message, for the peer device on its active session. Synchronous, so that
 * nothing can come between reading the record and having its successor. Store the successor durably before the
 * envelope is sent.
 * @param listVersions versions of both device lists as this device knows them; authenticated
 * @param now ms
 * @returns `sessionId` names the session used, for deciding later whether a retry needs a new one
 * @throws SealError NO_SESSION when there is none that may be used: `initiateSession` first; IDENTITY_CHANGED,
 * TOO_LARGE
 */
export function encryptEnvelope(params: {
  readonly rng: Rng;
  readonly parties: Parties;
  readonly record: SessionRecord;
  readonly conversationId: ConversationId;
  readonly listVersions: Pick<EnvelopeHeader, 'senderListVersion' | 'recipientListVersion'>;
  readonly plaintext: Bytes;
  readonly now: number;
}): { readonly record: SessionRecord; readonly envelope: Bytes; readonly sessionId: Bytes } {
  const { rng, parties, record, conversationId, listVersions, plaintext, now } = params;
  checkEnds(record, parties);
  const session = findSendableSession(record, parties.peer, now);
  if (session === undefined) throw new SealError('NO_SESSION', 'session: none to send on');
  if (plaintext.length > MAX_PLAINTEXT) throw new SealError('TOO_LARGE', `envelope: ${plaintext.length} bytes inside`);
  const { senderListVersion, recipientListVersion } = listVersions;
  const { state, envelope } = ratchetEncrypt({
    state: session.ratchet,
    header: { senderListVersion, recipientListVersion, preKey: session.pending },
    associatedData: messageAssociatedData(session, true, conversationId),
    plaintext,
    rng,
  });
  const pqRatchet = needsPqRatchet(record, parties.peer);
  return {
    record: withActiveSession({ ...record, pqRatchet }, { ...session, ratchet: state, lastUsedAt: now }, now),
    envelope,
    sessionId: session.baseKey,
  };
}

/** Tells whether a bundle must be fetched before anything can be sent to this peer device. */
export function needsNewSession(
  record: SessionRecord | null,
  peer: Pick<PeerDevice, 'pqRatchet'>,
  now: number,
): boolean {
  return record === null || findSendableSession(record, peer, now) === undefined;
}
