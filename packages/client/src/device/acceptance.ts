import { SealError, type MessageId } from '@seal-chat/protocol';
import type { AcceptedMessage } from '../model/conversation-handle.ts';
import type { Committed, RowReader } from '../store/device-tx.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey } from '../store/rows.ts';

/** Tells callers when the server has what they sent. */
export interface Acceptance {
  /**
   * Follows a queued message until the server has it.
   *
   * @throws SealError why it is not going to be sent; NOT_FOUND when it was discarded; OFFLINE when this client closes
   */
  follow(key: RowKey<OutboxRow>, messageId: MessageId): Promise<AcceptedMessage>;
  /** Some tab has committed something. */
  committed(change: Committed): Promise<void>;
  close(): void;
}

interface Waiting {
  readonly messageId: MessageId;
  resolve(accepted: AcceptedMessage): void;
  reject(error: SealError): void;
}

export function createAcceptance(reader: RowReader): Acceptance {
  const waiting = new Map<string, Waiting>();

  /** Where the message was placed, in the commit that took it out of the outbox. */
  async function findPlaced({ keys }: Committed, key: string, messageId: MessageId): Promise<AcceptedMessage | null> {
    const messages = ROWS.messagesOf(placeOf(key).conversationId);
    for (const placed of keys) {
      if (!placed.startsWith(messages)) continue;
      const row = await reader.get(ROWS.message(placeOf(placed).conversationId, placeOf(placed).seq));
      if (row?.messageId === messageId) return { seq: placeOf(placed).seq, acceptedAt: row.acceptedAt };
    }
    return null;
  }

  async function look(change: Committed, key: string, { messageId, resolve, reject }: Waiting): Promise<void> {
    const { conversationId, seq: order } = placeOf(key);
    const row = await reader.get(ROWS.outbox(conversationId, order));
    if (row?.messageId === messageId && row.failure === null) return;
    waiting.delete(key);
    if (row?.messageId === messageId && row.failure !== null) return reject(new SealError(row.failure));
    const placed = await findPlaced(change, key, messageId);
    if (placed === null) reject(new SealError('NOT_FOUND', 'send: discarded'));
    else resolve(placed);
  }

  return {
    follow(key, messageId) {
      const accepted = new Promise<AcceptedMessage>((resolve, reject) => {
        waiting.set(key, { messageId, resolve, reject });
      });
      // Most callers do not look.
      accepted.catch(() => {});
      return accepted;
    },
    async committed(change) {
      if (waiting.size === 0) return;
      for (const key of change.keys) {
        const found = waiting.get(key);
        if (found !== undefined) await look(change, key, found);
      }
    },
    close() {
      for (const { reject } of waiting.values()) reject(new SealError('OFFLINE', 'send: client closed'));
      waiting.clear();
    },
  };
}
