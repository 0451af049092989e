import { SealError } from '@seal-chat/protocol';
import type { MailboxEvent } from '@seal-chat/protocol/api';
import postgres, { type Sql } from 'postgres';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '../bus/bus.ts';
import { isDatabaseAway } from '../db/away.ts';
import { isRetryableState } from '../db/transaction.ts';
import type { Hub } from '../sync/hub.ts';
import { isSameMessage, withoutRepeats, type SendItem } from './batch.ts';
import { createFlusher } from './flusher.ts';
import { sendBatch, type SendResult } from './store.ts';

/** Commits messages in batches and hands them to whoever is connected. */
export interface Writer {
  /** Resolves after the commit. @throws SealError UNAVAILABLE when it is not known whether there was one */
  send(item: SendItem): Promise<SendResult>;
  /** Resolves when everything given so far is settled. */
  drain(): Promise<void>;
}

const MAX_BATCH = 500;
const MAX_IN_FLIGHT = 2;
const ATTEMPTS = 5;

export function createWriter(deps: {
  readonly sql: Sql;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly clock: () => number;
  /** Hears how many messages each batch has stored. */
  readonly onAccepted: (count: number) => void;
  readonly onError: (error: unknown) => void;
}): Writer {
  const { sql, bus, hub, clock, onAccepted, onError } = deps;

  /** A batch that the database refuses is halved until the item at fault stands alone. */
  async function write(items: readonly SendItem[]): Promise<readonly (SendResult | SealError)[]> {
    try {
      return await commit(items);
    } catch (error) {
      onError(error);
      if (!(error instanceof postgres.PostgresError) || isDatabaseAway(error)) {
        return items.map(() => new SealError('UNAVAILABLE', undefined, { cause: error }));
      }
      if (items.length === 1) return [new SealError('INTERNAL', undefined, { cause: error })];
      const half = items.length >> 1;
      return [...(await write(items.slice(0, half))), ...(await write(items.slice(half)))];
    }
  }

  async function commit(items: readonly SendItem[]): Promise<readonly SendResult[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const once = withoutRepeats(items);
        const results = await sendBatch(sql, once, clock(), bus.encode);
        deliver(once, results);
        return once === items
          ? results
          : items.map((item) => results[once.findIndex((other) => isSameMessage(item, other))]!);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isRetryableState(error)) throw error;
        await delay(attempt * 2 * Math.random());
      }
    }
  }

  function deliver(items: readonly SendItem[], results: readonly SendResult[]): void {
    let accepted = 0;
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'stored') continue;
      accepted++;
      const item = items[i]!;
      for (const [k, { deviceId, envelope }] of item.envelopes.entries()) {
        const inboxes = hub.ofDevice(item.tenantId, deviceId);
        if (inboxes.length === 0) continue;
        const event: MailboxEvent = {
          type: 'message',
          position: result.positions[k]!,
          conversationId: item.conversationId,
          seq: result.seq,
          messageId: item.messageId,
          senderUserId: item.senderUserId,
          senderDeviceId: item.senderDeviceId,
          acceptedAt: result.acceptedAt,
          body: item.body.text,
          envelope: envelope.text,
        };
        for (const inbox of inboxes) inbox.offer(event);
      }
    }
    if (accepted > 0) onAccepted(accepted);
  }

  const { add, drain } = createFlusher<SendItem, SendResult>({
    maxBatch: MAX_BATCH,
    maxInFlight: MAX_IN_FLIGHT,
    delayMs: 0,
    write,
  });
  return { send: add, drain };
}
