import type { DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { retrying } from '../db/retrying.ts';
import { isRetryableState } from '../db/transaction.ts';
import { createFlusher, type FlusherMeter } from '../batching/flusher.ts';
import { acknowledge, type Delivered } from './store.ts';

/** What a device has stored. */
export interface Ack {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
  readonly position: number;
}

/** Acknowledgements, many devices to a statement. */
export interface Acks {
  /** Resolves after the commit. */
  add(ack: Ack): Promise<void>;
  drain(): Promise<void>;
}

const MAX_BATCH = 1_000;
/** Acknowledgements that may wait. */
const ROOM = { total: 20_000, perTenant: 5_000 };
/** Too short to be seen as a late tick, and long enough for one statement to serve a burst of messages, ms. */
const DELAY_MS = 50;
const RETRIES = { attempts: 5, delayMs: 2, isRetryable: isRetryableState };

export function createAcks(deps: {
  readonly sql: Sql;
  /** Is called with what devices have stored, after the commit. Acknowledgements do not wait for it. */
  readonly onDelivered: (delivered: readonly Delivered[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly meter?: FlusherMeter;
}): Acks {
  const { sql, onDelivered, onError, meter } = deps;

  async function write(acks: readonly Ack[]): Promise<readonly undefined[]> {
    const latest = new Map<string, Ack>();
    for (const ack of acks) {
      const key = ack.tenantId + ack.deviceId;
      if ((latest.get(key)?.position ?? -1) < ack.position) latest.set(key, ack);
    }
    onDelivered(await retrying(RETRIES, () => acknowledge(sql, [...latest.values()]))).catch(onError);
    return acks.map(() => undefined);
  }

  return createFlusher<Ack, undefined>({
    maxBatch: MAX_BATCH,
    maxInFlight: 1,
    lines: {
      tenantOf: ({ tenantId }) => tenantId,
      topicOf: ({ tenantId, deviceId }) => tenantId + deviceId,
      room: ROOM,
    },
    delayMs: DELAY_MS,
    write,
    meter,
  });
}
