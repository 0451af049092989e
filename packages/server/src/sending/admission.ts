import { SealError, type ConversationId, type MessageId } from '@seal-chat/protocol';
import type { SendAnswer } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { MessageLimits } from '../limits/messages.ts';
import type { Session } from '../sessions/session.ts';
import { base64Of } from '../db/bytes.ts';
import { findBodyHash, hasUploads, type Refused } from './extras-store.ts';
import type { Extras, SentItem } from './item.ts';

/** A message as its device sends it: what direct messages and messages of channels have in common. */
export interface AdmissibleInput extends Extras {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
}

/** What became of a message that was handed to a writer. */
type Outcome =
  | { readonly kind: 'stored' | 'known'; readonly seq: number; readonly acceptedAt: number }
  | { readonly kind: 'stale' }
  | Refused;

/** Times a message is tried again when its readers changed while it was looked at. */
const ATTEMPTS = 3;

/**
 * Counts a message of the caller and checks what it names in addition to its body.
 * @throws SealError RATE_LIMITED; BAD_INPUT when an attachment is named twice
 */
export function admit(limits: MessageLimits, session: Session, input: AdmissibleInput): SentItem {
  const { tenantId, userId, deviceId, rates } = session;
  limits.consume(tenantId, userId, rates.messagesPerMinutePerUser);
  const { conversationId, messageId, lifetimeSeconds, attachmentIds } = input;
  if (attachmentIds !== undefined && new Set(attachmentIds).size < attachmentIds.length) {
    throw new SealError('BAD_INPUT', 'messages: an attachment is named twice', { field: 'attachmentIds' });
  }
  return {
    tenantId,
    conversationId,
    messageId,
    senderUserId: userId,
    senderDeviceId: deviceId,
    lifetimeSeconds,
    attachmentIds,
  };
}

/**
 * Stores an admitted message, and tries again when the reason against it no longer holds.
 * @param steps `store`: hands the message to the writer, or answers null when it is known to be out of date;
 *   `explain`: the error that tells the sender why its message is out of date, null when it no longer is
 * @throws SealError what `explain` finds; NOT_FOUND when the sender's account has no such upload; BAD_INPUT when an
 *   upload cannot be used for this message; UNAVAILABLE when the readers keep changing
 */
export async function storeAdmitted(
  sql: Sql,
  item: SentItem,
  steps: {
    readonly store: () => Promise<Outcome | null>;
    readonly explain: () => Promise<SealError | null>;
  },
): Promise<SendAnswer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await steps.store();
    if (result?.kind === 'refused') throw await explainRefusal(sql, item);
    if (result !== null && result.kind !== 'stale') {
      const { kind, seq, acceptedAt } = result;
      // Sent before, perhaps in another sealing: its device counts it by the one that is here.
      const bodyHash = kind === 'known' ? await findBodyHash(sql, item, seq) : null;
      return { seq, acceptedAt, ...(bodyHash !== null && { bodyHash: base64Of(bodyHash) }) };
    }
    const reason = await steps.explain();
    if (reason !== null) throw reason;
  }
  throw new SealError('UNAVAILABLE', 'messages: the devices of the recipients keep changing');
}

async function explainRefusal(sql: Sql, item: SentItem): Promise<SealError> {
  return (await hasUploads(sql, item))
    ? new SealError('BAD_INPUT', 'messages: an upload is incomplete, in use, or of another conversation', {
        field: 'attachmentIds',
      })
    : new SealError('NOT_FOUND', 'messages: no such upload');
}
