import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { TenantId } from '@seal-chat/protocol';
import type { Bus } from './bus.ts';
import { createSharedBus, type SharedBusOptions, type Transport } from './shared.ts';

/** Tenants share this many channels: a process hears those of its tenants, and subscribes rarely. */
const SHARDS = 64;
/** A channel that no socket needs is left after this time, ms: people come back. */
const LINGER_MS = 60_000;
/** A text of this size is quick to read; Redis itself would take 512 MB. */
const MAX_PAYLOAD_BYTES = 65_536;
/** Redis that does not answer for this long does not answer, ms. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_PAUSE_MS = 1_000;

/** Creates a bus over PUBLISH and SUBSCRIBE: a process receives the notices of the tenants it has sockets of. */
export function createRedisBus(
  options: Omit<SharedBusOptions, 'transport'> & {
    readonly redisUrl: string;
    /** Channels begin with it. */
    readonly prefix: string;
  },
): Bus {
  const { redisUrl, prefix, ...rest } = options;
  return createSharedBus({ ...rest, transport: createTransport(redisUrl, prefix) });
}

interface Shard {
  readonly channel: string;
  /** Called when the channel is heard. */
  readonly onOpen: Map<TenantId, () => void>;
  followers: number;
  /** Since when nobody follows it, ms of `performance.now()`. */
  idleSince: number;
}

function createTransport(url: string, prefix: string): Transport {
  const connection = {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    retryStrategy: (times: number) => Math.min(MAX_RECONNECT_PAUSE_MS, 50 * times),
  };
  const publisher = new Redis(url, { ...connection, commandTimeout: COMMAND_TIMEOUT_MS, connectionName: 'seal-bus' });
  const subscriber = new Redis(url, { ...connection, connectionName: 'seal-bus-listener' });
  const everybody = `${prefix}:all`;
  const shards = new Map<string, Shard>();
  const channelOf = (tenantId: TenantId): string => `${prefix}:${shardOf(tenantId)}`;
  // Both connect again on their own; who needs them is told of each failure.
  for (const client of [publisher, subscriber]) client.on('error', () => undefined);

  /** Hears one shard. What fails is made up for when the connection is there again. */
  function subscribe({ channel, onOpen }: Shard): void {
    if (subscriber.status !== 'ready') return;
    subscriber.subscribe(channel).then(
      () => {
        for (const opened of onOpen.values()) opened();
      },
      () => undefined,
    );
  }

  return {
    maxBytes: MAX_PAYLOAD_BYTES,

    async open(hear, onOpen) {
      if (subscriber.status !== 'wait') {
        // A connection that looks open and brings nothing is replaced.
        for (const client of [publisher, subscriber]) if (client.status === 'ready') client.disconnect(true);
        return;
      }
      subscriber.on('message', (_channel, text) => hear(text));
      const listenAgain = async (): Promise<void> => {
        await subscriber.subscribe(everybody, ...shards.keys());
        onOpen();
      };
      await Promise.all([publisher.connect(), subscriber.connect()]);
      await listenAgain();
      subscriber.on('ready', () => void listenAgain().catch(() => subscriber.disconnect(true)));
    },

    follow(tenantId, onOpen) {
      const channel = channelOf(tenantId);
      let shard = shards.get(channel);
      const isNew = shard === undefined;
      if (shard === undefined)
        shards.set(channel, (shard = { channel, onOpen: new Map(), followers: 0, idleSince: 0 }));
      const followed = shard;
      followed.onOpen.set(tenantId, onOpen);
      followed.followers += 1;
      if (isNew) subscribe(followed);
      return () => {
        followed.followers -= 1;
        followed.idleSince = performance.now();
      };
    },

    async send(payloads) {
      const pipeline = publisher.pipeline();
      for (const { tenantId, text } of payloads) {
        pipeline.publish(tenantId === null ? everybody : channelOf(tenantId), text);
      }
      const results = await pipeline.exec();
      const failure = results?.find(([error]) => error !== null)?.[0];
      if (failure) throw failure;
    },

    async watch() {
      const now = performance.now();
      for (const { channel, followers, idleSince } of shards.values()) {
        if (followers > 0 || now - idleSince < LINGER_MS) continue;
        shards.delete(channel);
        await subscriber.unsubscribe(channel);
      }
    },

    async close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

function shardOf(tenantId: TenantId): number {
  return createHash('sha256').update(tenantId).digest().readUInt32BE(0) % SHARDS;
}
