import type { ChannelEntry } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { Bus } from '../../bus/bus.ts';
import { createBatchWriter, type BatchWriter } from '../../batching/batch-writer.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Waker } from '../../outbox/waker.ts';
import { storeWithExtras, type Refused } from '../../sending/extras-store.ts';
import type { Feed } from '../log/feed.ts';
import type { ChannelRef } from '../store.ts';
import { sendChannelBatch, type ChannelItem, type ChannelResult } from './store.ts';

/** Commits channel messages in batches and hands them to connected devices. */
export type ChannelWriter = BatchWriter<ChannelItem, ChannelResult | Refused>;

export function createChannelWriter(deps: {
  readonly sql: Sql;
  readonly bus: Pick<Bus, 'publishToOthers'>;
  readonly feed: Feed;
  readonly outbox: Pick<Waker, 'wake'>;
  readonly clock: () => number;
  readonly metrics: Pick<Metrics, 'countAccepted' | 'queue'>;
  readonly onError: (error: unknown) => void;
}): ChannelWriter {
  const { sql, bus, feed, outbox, clock, metrics, onError } = deps;

  function deliver(items: readonly ChannelItem[], results: readonly (ChannelResult | Refused)[]): void {
    let accepted = 0;
    const reached = new Map<string, { ref: ChannelRef; from: number; to: number }>();
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'stored') continue;
      accepted++;
      const { tenantId, conversationId, ...item } = items[i]!;
      const entry: ChannelEntry = {
        kind: 'message',
        seq: result.seq,
        senderUserId: item.senderUserId,
        senderDeviceId: item.senderDeviceId,
        acceptedAt: result.acceptedAt,
        incarnation: item.incarnation,
        messageId: item.messageId,
        epoch: item.epoch,
        body: item.body.text,
        envelope: item.envelope.text,
      };
      feed.offer({ tenantId, conversationId }, [entry]);
      const { seq } = result;
      const range = reached.get(tenantId + conversationId);
      if (range !== undefined) range.to = seq;
      else reached.set(tenantId + conversationId, { ref: { tenantId, conversationId }, from: seq, to: seq });
    }
    for (const { ref, from, to } of reached.values())
      bus.publishToOthers({ kind: 'channel-entries', ...ref, from, to });
    if (accepted === 0) return;
    metrics.countAccepted('channel', accepted);
    outbox.wake();
  }

  return createBatchWriter({
    store: (items) => {
      const acceptedAt = clock();
      return storeWithExtras(sql, items, acceptedAt, (connection, batch) =>
        sendChannelBatch(connection, batch, acceptedAt),
      );
    },
    deliver,
    onError,
    meter: metrics.queue('channel-messages'),
  });
}
