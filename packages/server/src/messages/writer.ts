import type { DeviceId, TenantId } from '@seal-chat/protocol';
import type { MailboxEvent } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import { chunks, type Bus } from '../bus/bus.ts';
import type { Hub } from '../delivery/hub.ts';
import type { SendItem } from './batch.ts';
import { createBatchWriter, type BatchWriter } from '../batching/batch-writer.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Waker } from '../outbox/waker.ts';
import { storeWithExtras, type Refused } from '../sending/extras-store.ts';
import { sendBatch, type SendResult } from './store.ts';

/** Commits messages in batches and hands them to connected devices. */
export type Writer = BatchWriter<SendItem, SendResult | Refused>;

export function createWriter(deps: {
  readonly sql: Sql;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly outbox: Pick<Waker, 'wake'>;
  readonly clock: () => number;
  readonly metrics: Pick<Metrics, 'countAccepted' | 'queue'>;
  readonly onError: (error: unknown) => void;
}): Writer {
  const { sql, bus, hub, outbox, clock, metrics, onError } = deps;

  function deliver(items: readonly SendItem[], results: readonly (SendResult | Refused)[]): void {
    let accepted = 0;
    const reached = new Map<TenantId, Set<DeviceId>>();
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'stored') continue;
      accepted++;
      const item = items[i]!;
      let devices = reached.get(item.tenantId);
      if (devices === undefined) reached.set(item.tenantId, (devices = new Set()));
      for (const [k, { deviceId, envelope }] of item.envelopes.entries()) {
        devices.add(deviceId);
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
    for (const [tenantId, devices] of reached) {
      for (const deviceIds of chunks([...devices])) bus.publishToOthers({ kind: 'mailboxes', tenantId, deviceIds });
    }
    if (accepted === 0) return;
    metrics.countAccepted('dm', accepted);
    outbox.wake();
  }

  return createBatchWriter({
    store: (items) => {
      const acceptedAt = clock();
      return storeWithExtras(sql, items, acceptedAt, (connection, batch) => sendBatch(connection, batch, acceptedAt));
    },
    deliver,
    onError,
    meter: metrics.queue('messages'),
  });
}
