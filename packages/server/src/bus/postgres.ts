import type { Sql } from 'postgres';
import { connect, TIMEOUTS } from '../db/connect.ts';
import type { Bus } from './bus.ts';
import { createSharedBus, type SharedBusOptions, type Transport } from './shared.ts';

const CHANNEL = 'seal';
/** PostgreSQL takes 7,999 bytes. */
const MAX_PAYLOAD_BYTES = 7_999;
/** Part of PostgreSQL's queue of notifications (8 GB) beyond which those who do not take theirs are disconnected. */
const MAX_QUEUE_USAGE = 0.02;
const LISTENER = 'seal-bus';

/** Creates a bus over LISTEN and NOTIFY: every process on the database receives the notices of every other. */
export function createPostgresBus(
  options: Omit<SharedBusOptions, 'transport'> & { readonly url: string; readonly maxQueueUsage?: number },
): Bus {
  const { url, maxQueueUsage = MAX_QUEUE_USAGE, ...rest } = options;
  return createSharedBus({ ...rest, transport: createTransport(url, maxQueueUsage) });
}

function createTransport(url: string, maxQueueUsage: number): Transport {
  let sender = connectSender(url);
  let listener: Sql | null = null;
  return {
    maxBytes: MAX_PAYLOAD_BYTES,

    async open(hear, onOpen) {
      const previous = listener;
      const next = connect(url, { max: 1, fetch_types: false, timeouts: TIMEOUTS, application_name: LISTENER });
      listener = next;
      if (previous !== null) {
        // Nothing comes back: what sends may be broken as well, and a statement of it may never be answered.
        const previousSender = sender;
        sender = connectSender(url);
        await Promise.all([previous.end({ timeout: 0 }), previousSender.end({ timeout: 0 })]);
      }
      await next.listen(CHANNEL, hear, onOpen);
    },

    async send(payloads) {
      const texts = payloads.map(({ text }) => text);
      await sender`select pg_notify(${CHANNEL}, text) from unnest(${texts}::text[]) as text`;
    },

    /** A process that stands still would hold the queue until it is full, and then nobody could notify. */
    async watch() {
      await sender`
        select pg_terminate_backend(pid) from pg_stat_activity
        where pg_notification_queue_usage() > ${maxQueueUsage} and datname = current_database()
          and application_name = ${LISTENER} and wait_event = 'ClientWrite'`;
    },

    async close() {
      await Promise.all([sender.end({ timeout: 1 }), listener?.end({ timeout: 1 })]);
    },
  };
}

/** A connection of its own: a notification takes a lock of the whole server until its transaction ends, and waits for no disk. */
function connectSender(url: string): Sql {
  return connect(url, { max: 1, timeouts: TIMEOUTS, synchronous_commit: 'off' });
}
